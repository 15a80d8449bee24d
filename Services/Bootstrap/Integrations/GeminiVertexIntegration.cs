using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Gemini;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Gemini on Vertex AI, with Google Cloud's credentials or with an express key.</summary>
public sealed class GeminiVertexIntegration : GoogleIntegration
{
    private const string Section = $"{GoogleVariables.Section}:GeminiOnVertex";

    private static readonly Setting Switch = new("`true`: Gemini is called on Vertex AI", $"{Section}:Enabled", "GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI")
    {
        Default = "false",
        Sample = "true",
    };

    private static readonly Setting ExpressKey = new("key of Vertex AI in express mode, without a project", $"{Section}:ExpressKey", "GOOGLE_API_KEY")
    {
        IsShared = true,
        IsSecret = true,
        Sample = "<key>",
    };

    private static readonly Setting Model = new("model that the probe asks, and that is asked where a call names none", $"{Section}:Model") { Default = "gemini-2.5-flash", Sample = "gemini-2.5-flash" };

    private static readonly Setting BaseUrl = new("another address than the public one", $"{Section}:Endpoint", "GOOGLE_VERTEX_BASE_URL")
    {
        Default = "https://aiplatform.googleapis.com",
        Sample = "https://us-central1-aiplatform.googleapis.com",
    };

    private static readonly Setting Version = new("version of the API", $"{Section}:ApiVersion", "GOOGLE_GENAI_API_VERSION") { IsShared = true, Default = "v1beta1", Sample = "v1beta1" };

    public override GoogleProduct Product { get; } = VertexProduct.Of("Gemini on Vertex", "GEMINI_VERTEX");

    public override IReadOnlyList<string> Roles => ["roles/aiplatform.user on the project"];

    public override string Endpoint => VertexProduct.Endpoint;

    public override string Question => "the number of tokens in `ping`, which costs nothing";

    public override IReadOnlyList<Setting> Settings => [Switch, SharedSettings.Project, SharedSettings.Location, ExpressKey, Model, BaseUrl, Version];

    protected override IReadOnlyList<Remedy> OwnRemedies =>
    [
        new("GEMINI_VERTEX_NOT_CONFIGURED", IntegrationState.NotConfigured, "Gemini is not called on Vertex AI", "export GOOGLE_GENAI_USE_VERTEXAI=true"),
        new("MODEL_MODE_AMBIGUOUS", IntegrationState.Invalid, "an express key together with a project or location", "unset GOOGLE_API_KEY"),
        new("PROJECT_NOT_CONFIGURED", IntegrationState.NotConfigured, "no project, and no express key", "export GOOGLE_CLOUD_PROJECT=<project-id>"),
        new("MODEL_KEY_INVALID", IntegrationState.Denied, "Google does not accept the express key", "export GOOGLE_API_KEY=<key>"),
        new("GEMINI_VERTEX_NOT_FOUND", IntegrationState.Invalid, "no such model in that location", $"export {Model.Variable}=<model>"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        if (!IsOn(preflight.Settings))
        {
            throw NotConfigured("GEMINI_VERTEX_NOT_CONFIGURED", "Gemini is not called on Vertex AI.", "export GOOGLE_GENAI_USE_VERTEXAI=true");
        }

        var connection = await ConnectAsync(preflight, preflight.Rest, cancellationToken);
        using var answer = await connection.CallAsync(model: null, "countTokens", """{"contents":[{"role":"user","parts":[{"text":"ping"}]}]}""", cancellationToken);
        return new(connection.Rest.Endpoint.Authority, Source: connection.Key?.Variable);
    }

    /// <summary>Returns whether models are to be called on Vertex AI, and not by the developer API.</summary>
    internal static bool IsOn(SettingsSnapshot settings) => GoogleCloudOptions.IsTrue(settings.Get(Switch));

    /// <summary>Returns how the settings say that the models are reached.</summary>
    /// <param name="open">Opens a connection.</param>
    /// <exception cref="NotConfiguredException">There is no project and no key for express mode, or there are both, or the address cannot be used.</exception>
    internal async Task<GeminiConnection> ConnectAsync(
        Preflight preflight, Func<GoogleProduct, GoogleEndpoint, GoogleRestConnection> open, CancellationToken cancellationToken)
    {
        var settings = preflight.Settings;
        var key = settings[ExpressKey];
        if (key.IsSet && (settings[SharedSettings.Project].IsSet || settings[SharedSettings.Location].IsSet))
        {
            throw NotConfigured(
                "MODEL_MODE_AMBIGUOUS", "A key for express mode is set, and so is a project or a location, which express mode does not take.", $"unset {Setting.VariableOf(key.Name!)}");
        }

        // The location that Google's SDK takes where none is set.
        var location = settings.Get(SharedSettings.Location) ?? "global";
        var parent = key.IsSet ? "" : $"projects/{await ProjectOfAsync(preflight, cancellationToken)}/locations/{location}/";
        var own = EndpointAddress.Of(this, Product, settings[BaseUrl]);
        var endpoint = settings[BaseUrl].IsSet || location is "global" ? own : new GoogleEndpoint(new Uri($"https://{location}-{Product.Host}"), IsEmulator: false);
        return new(open(Product, endpoint))
        {
            Version = settings.Get(Version)!,
            Parent = parent,
            Models = "publishers/google/models",
            DefaultModel = settings.Get(Model)!,
            Key = key.IsSet ? new(key.Value!, Setting.VariableOf(key.Name!)) : null,
        };
    }
}
