using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;

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

    private static readonly Setting Version = new("version of the API", $"{Section}:ApiVersion", "GOOGLE_GENAI_API_VERSION") { IsShared = true, Default = "v1beta", Sample = "v1beta" };

    private static readonly GoogleProduct Product = new(
        Name: "Gemini developer API",
        Code: "GEMINI",
        Host: "generativelanguage.googleapis.com",
        Api: "generativelanguage.googleapis.com",
        Role: "");

    public override string Name => Product.Name;

    public override IReadOnlyList<Setting> Settings => [ApiKey, BaseUrl, Version];

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

        var key = preflight.Settings[ApiKey];
        if (key.Value is null)
        {
            throw NotConfigured("MODEL_KEY_NOT_CONFIGURED", "No key for the Gemini developer API.", "export GEMINI_API_KEY=<key>");
        }

        var endpoint = EndpointAddress.Of(this, Product, preflight.Settings[BaseUrl]);
        try
        {
            using var answer = await preflight.Rest(Product, endpoint).SendAsync(
                HttpMethod.Get, $"/{preflight.Settings.Get(Version)}/models?pageSize=1", body: null, key.Value, cancellationToken);
        }
        catch (Exception error) when (ApiKeys.Refused(this, key, error) is { } refused)
        {
            throw refused;
        }

        return new(endpoint.Authority, Source: Setting.VariableOf(key.Name!));
    }
}
