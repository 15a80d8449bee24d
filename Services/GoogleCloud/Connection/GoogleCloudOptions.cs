using Microsoft.Extensions.Configuration;

namespace Runtime.GoogleCloud.Connection;

/// <summary>What decides how Google is reached: the settings section, and the standard variables. Read once, from configuration rather than from the process.</summary>
public sealed class GoogleCloudOptions
{
    private const string WellKnownName = "application_default_credentials.json";

    private readonly Dictionary<string, string?> _emulators = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _addresses = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the default project; where no name is set, that of the credentials file, else that of gcloud's configuration. Null when there is none.</summary>
    public string? Project { get; init; }

    /// <summary>Gets where <see cref="Project"/> is from, for a person, when no name is set for it.</summary>
    public string? ProjectSource { get; init; }

    /// <summary>Gets the project that quota is counted on; null takes the one that the credentials name.</summary>
    public string? QuotaProject { get; init; }

    /// <summary>Gets a ready bearer token that nothing here renews; null when none is set.</summary>
    public string? AccessToken { get; init; }

    /// <summary>Gets the name that <see cref="AccessToken"/> was found under.</summary>
    public string? AccessTokenName { get; init; }

    /// <summary>Gets the path in <c>GOOGLE_APPLICATION_CREDENTIALS</c>.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>Gets the directory where <c>gcloud auth application-default login</c> leaves its file.</summary>
    public string CloudSdkDirectory { get; init; } = "";

    /// <summary>Gets whether <c>gcloud</c> is asked for the token of <c>gcloud auth login</c>. Off by default: that login is a person's, for a terminal.</summary>
    public bool UseGcloud { get; init; }

    /// <summary>Gets the service account that calls are made as, by those credentials; null makes them as whoever the credentials are of.</summary>
    public string? Impersonate { get; init; }

    /// <summary>Gets the metadata server; null when <c>NO_GCE_CHECK</c> forbids asking it.</summary>
    public string? MetadataHost { get; init; }

    /// <summary>Gets the file that <c>gcloud auth application-default login</c> writes.</summary>
    public string WellKnownFile => Path.Combine(CloudSdkDirectory, WellKnownName);

    public static GoogleCloudOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        var file = FirstOf(configuration, GoogleVariables.CredentialsFile).Value;
        var directory = FirstOf(configuration, GoogleVariables.CloudSdkDirectory).Value ?? DefaultCloudSdkDirectory(configuration);
        var (project, source) = ProjectOf(configuration, file, directory);
        var (tokenName, token) = FirstOf(configuration, GoogleVariables.AccessToken);
        var options = new GoogleCloudOptions
        {
            Project = project,
            ProjectSource = source,
            QuotaProject = FirstOf(configuration, GoogleVariables.QuotaProject).Value,
            AccessToken = token,
            AccessTokenName = tokenName,
            CredentialsFile = file,
            CloudSdkDirectory = directory,
            UseGcloud = IsTrue(FirstOf(configuration, GoogleVariables.UseGcloud).Value),
            Impersonate = FirstOf(configuration, GoogleVariables.Impersonate).Value,
            MetadataHost = IsTrue(FirstOf(configuration, GoogleVariables.NoMetadata).Value)
                ? null
                : FirstOf(configuration, GoogleVariables.MetadataHost).Value ?? "169.254.169.254",
        };
        foreach (var variable in GoogleVariables.Emulators)
        {
            options._emulators[variable] = FirstOf(configuration, [variable]).Value;
        }

        foreach (var integration in configuration.GetSection(GoogleVariables.Section).GetChildren())
        {
            options._addresses[integration.Key] = integration["Endpoint"];
        }

        return options;
    }

    /// <summary>Returns where calls to a product go.</summary>
    public GoogleEndpoint EndpointOf(GoogleProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        return GoogleEndpoint.Choose(
            product,
            product.EmulatorVariable is { } variable ? _emulators.GetValueOrDefault(variable) : null,
            _addresses.GetValueOrDefault(product.Section));
    }

    /// <summary>The rule of Google's own libraries: <c>true</c> and <c>1</c> are true, anything else is not.</summary>
    public static bool IsTrue(string? value) => value?.Trim() is "1" || string.Equals(value?.Trim(), "true", StringComparison.OrdinalIgnoreCase);

    private static (string? Project, string? Source) ProjectOf(IConfiguration configuration, string? file, string directory) =>
        FirstOf(configuration, GoogleVariables.Project).Value is { } named ? (named, null)
        : Connection.CredentialsFile.ProjectOf(file ?? Path.Combine(directory, WellKnownName)) is { } own ? (own, "project_id of the credentials file")
        : GcloudConfiguration.ProjectOf(configuration, directory) is { } chosen ? chosen
        : (null, null);

    private static (string? Name, string? Value) FirstOf(IConfiguration configuration, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            // An empty variable counts as unset, as in Google's own libraries.
            if (configuration[name] is { } value && !string.IsNullOrWhiteSpace(value))
            {
                return (name, value.Trim());
            }
        }

        return (null, null);
    }

    private static string DefaultCloudSdkDirectory(IConfiguration configuration) => OperatingSystem.IsWindows()
        ? Path.Combine(configuration["APPDATA"] ?? "", "gcloud")
        : Path.Combine(configuration["HOME"] ?? "", ".config", "gcloud");
}
