using System.Text.Json;
using System.Text.RegularExpressions;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Gemini;

/// <summary>How the models of Gemini are reached: the developer API or Vertex AI, with a key or with Google's credentials.</summary>
/// <remarks>
/// Paths: https://ai.google.dev/api/generate-content and
/// https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference; both take the same messages.
/// </remarks>
public sealed partial record GeminiConnection(GoogleRestConnection Rest)
{
    /// <summary>Gets the version of the API, for example <c>v1beta</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Gets what publishers are under, with a slash at its end: <c>projects/p/locations/l/</c>; empty where there is no project.</summary>
    public string Parent { get; init; } = "";

    /// <summary>Gets what a model that is named without a path is under: <c>models</c>, <c>publishers/google/models</c>.</summary>
    public required string Models { get; init; }

    /// <summary>Gets the model that is asked where a call names none.</summary>
    public required string DefaultModel { get; init; }

    /// <summary>Gets the key that authenticates; <see langword="null"/> for Google's credentials.</summary>
    public GeminiKey? Key { get; init; }

    /// <summary>Calls a method of a model and returns the JSON of the answer.</summary>
    /// <param name="model">Its name, alone or in full (<c>tunedModels/m</c>, <c>projects/p/locations/l/endpoints/e</c>); <see langword="null"/> for the default.</param>
    /// <param name="method">For example <c>generateContent</c>.</param>
    /// <exception cref="ServiceException">The call failed; the message says how and what helps.</exception>
    public Task<JsonDocument> CallAsync(string? model, string method, string body, CancellationToken cancellationToken)
    {
        var name = model ?? DefaultModel;
        if (!ModelName().IsMatch(name))
        {
            throw new InvalidArgumentException("model", name, "a model's name, such as gemini-2.5-flash, alone or in full");
        }

        var path = name.StartsWith("projects/", StringComparison.Ordinal) ? name
            : name.Contains('/', StringComparison.Ordinal) ? $"{Parent}{name}"
            : $"{Parent}{Models}/{name}";
        return SendAsync(HttpMethod.Post, $"{path}:{method}", body, cancellationToken);
    }

    /// <summary>Sends one request and returns the JSON of the answer.</summary>
    /// <param name="path">Path below the version, with its query.</param>
    /// <inheritdoc cref="CallAsync"/>
    public async Task<JsonDocument> SendAsync(HttpMethod httpMethod, string path, string? body, CancellationToken cancellationToken)
    {
        try
        {
            return await Rest.SendAsync(httpMethod, $"/{Version}/{path}", body, Key?.Value, cancellationToken);
        }
        catch (ServiceException error) when (Key is not null && error is UnauthenticatedException or PermissionDeniedException)
        {
            // No login and no role helps a call that a key authenticates, but another key.
            throw new UnauthenticatedException($"{Rest.Product.Name} does not accept the key. Fix: export {Key!.Variable}=<key>", "MODEL_KEY_INVALID", error) { Integration = error.Integration };
        }
    }

    // What would leave the path of models, such as a segment of two dots, is no name.
    [GeneratedRegex("^[A-Za-z0-9_-]+([.@/:][A-Za-z0-9_-]+)*$")]
    private static partial Regex ModelName();
}

/// <summary>A key, and the variable that it was found in, which is what its remedies name.</summary>
public sealed record GeminiKey(string Value, string Variable)
{
    /// <summary>A record would write out the key.</summary>
    public override string ToString() => Variable;
}
