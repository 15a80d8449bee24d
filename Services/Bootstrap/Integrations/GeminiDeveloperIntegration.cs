using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Gemini;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Gemini with a key of Google AI Studio, which needs no project.</summary>
public sealed class GeminiDeveloperIntegration : Integration
{
    private const string Section = $"{GoogleVariables.Section}:GeminiDeveloperAPI";

    /// <summary>The key, under the names that the SDKs of Google read, in the order of the first of them.</summary>
    public static readonly Setting ApiKey = new("key of Google AI Studio", $"{Section}:ApiKey", "GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_API_KEY")
    {
        IsSecret = true,
        Sample = "<key>",
    };

    private static readonly Setting BaseUrl = new("another address than the public one", $"{Section}:Endpoint", "GOOGLE_GEMINI_BASE_URL")
    {
        Default = "https://generativelanguage.googleapis.com",
        Sample = "https://generativelanguage.googleapis.com",
    };

    private static readonly Setting Model = new("model that is asked where a call names none", $"{Section}:Model") { Default = "gemini-2.5-flash", Sample = "gemini-2.5-flash" };

    private static readonly Setting Version = new("version of the API", $"{Section}:ApiVersion", "GOOGLE_GENAI_API_VERSION") { IsShared = true, Default = "v1beta", Sample = "v1beta" };

    private static readonly GoogleProduct Product = new(
        Name: "Gemini developer API",
        Code: "GEMINI",
        Host: "generativelanguage.googleapis.com",
        Api: "generativelanguage.googleapis.com",
        Role: "");

    public override string Name => Product.Name;

    public override IReadOnlyList<Setting> Settings => [ApiKey, Model, BaseUrl, Version];

    public override string Endpoint => Product.Host;

    public override string Question => "one model of its list";

    public override IReadOnlyList<Remedy> Remedies { get; } =
    [
        new("MODEL_KEY_NOT_CONFIGURED", IntegrationState.NotConfigured, "no key", "export GEMINI_API_KEY=<key>"),
        new("ENDPOINT_INVALID", IntegrationState.Invalid, "the address of the settings cannot be used", $"unset {BaseUrl.Variable}"),
        new("MODEL_KEY_INVALID", IntegrationState.Denied, "Google does not accept the key", "export GEMINI_API_KEY=<key>, or the variable that has the key"),
        new("API_NOT_ENABLED", IntegrationState.Denied, "the API is off in the key's project", "gcloud services enable generativelanguage.googleapis.com --project <project-id>"),
        new("GEMINI_REFUSED", IntegrationState.Invalid, "Google refuses the request, in its words", "do as its words say"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var connection = Connect(preflight.Settings, preflight.Rest);
        using var answer = await connection.SendAsync(HttpMethod.Get, "models?pageSize=1", body: null, cancellationToken);
        return new(connection.Rest.Endpoint.Authority, Source: connection.Key!.Variable);
    }

    /// <summary>Returns how the settings say that the models are reached.</summary>
    /// <param name="open">Opens a connection.</param>
    /// <exception cref="NotConfiguredException">There is no key, or the address cannot be used.</exception>
    internal GeminiConnection Connect(SettingsSnapshot settings, Func<GoogleProduct, GoogleEndpoint, GoogleRestConnection> open)
    {
        var key = settings[ApiKey];
        return key.Value is null
            ? throw NotConfigured("MODEL_KEY_NOT_CONFIGURED", "No key for the Gemini developer API.", "export GEMINI_API_KEY=<key>")
            : new(open(Product, EndpointAddress.Of(this, Product, settings[BaseUrl])))
            {
                Version = settings.Get(Version)!,
                Models = "models",
                DefaultModel = settings.Get(Model)!,
                Key = new(key.Value, Setting.VariableOf(key.Name!)),
            };
    }
}
