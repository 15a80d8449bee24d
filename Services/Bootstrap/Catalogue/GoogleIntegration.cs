using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Catalogue;

/// <summary>An integration with a Google Cloud API, which is called with Google's credentials.</summary>
public abstract class GoogleIntegration : Integration
{
    /// <summary>Gets what is fixed about the API.</summary>
    public abstract GoogleProduct Product { get; }

    public override string Name => Product.Name;

    public override string? EmulatorVariable => Product.EmulatorVariable;

    public override string Endpoint => Product.Host;

    public override IReadOnlyList<string> Apis => [Product.Api];

    public override IReadOnlyList<string> Scopes => ["https://www.googleapis.com/auth/cloud-platform"];

    public override IReadOnlyList<Setting> Settings =>
        [SharedSettings.Project, .. Emulator is { } emulator ? [emulator] : Array.Empty<Setting>(), .. Own, Address];

    public override IReadOnlyList<Remedy> Remedies => [.. OwnRemedies, .. GoogleRemedies.Of(Product)];

    public override IReadOnlyList<Remedy> SharedRemedies => GoogleRemedies.Login;

    /// <summary>Gets the setting that points at an emulator.</summary>
    public Setting? Emulator => Product.EmulatorVariable is { } variable
        ? new("`host:port` of an emulator: plain text, no credentials", variable) { Sample = EmulatorSample }
        : null;

    /// <summary>Gets the setting that replaces the public endpoint.</summary>
    public Setting Address => new("another endpoint than the public one, such as a private one", $"{GoogleVariables.Section}:{Product.Section}:Endpoint")
    {
        Default = $"https://{Product.Host}",
        Sample = $"https://{Product.Host}",
    };

    /// <summary>Gets the settings that no other integration has.</summary>
    protected virtual IReadOnlyList<Setting> Own => [];

    /// <summary>Gets the errors that no other integration has.</summary>
    protected virtual IReadOnlyList<Remedy> OwnRemedies => [];

    /// <summary>Gets where the emulator usually listens.</summary>
    protected virtual string EmulatorSample => "";

    /// <summary>Returns the default project.</summary>
    /// <param name="code">What the lack of one is called.</param>
    protected async Task<string> ProjectOfAsync(Preflight preflight, CancellationToken cancellationToken, string code = "PROJECT_NOT_CONFIGURED")
    {
        ArgumentNullException.ThrowIfNull(preflight);
        return await preflight.ProjectAsync(cancellationToken)
            ?? throw NotConfigured(code, "No Google Cloud project id.", "export GOOGLE_CLOUD_PROJECT=<project-id>");
    }

    /// <summary>Makes a path of settings of this integration.</summary>
    protected string Path(string key) => $"{GoogleVariables.Section}:{Product.Section}:{key}";
}
