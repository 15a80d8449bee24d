using System.Text.Json;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Gemini;

/// <summary>Asks a model of Gemini, by the developer API or on Vertex AI, as the settings say. Nothing is asked twice, because each answer costs.</summary>
/// <param name="connect">Decides how Gemini is reached; asked once, at the first call. Fails for what is not configured.</param>
public sealed class GeminiClient(Func<CancellationToken, Task<GeminiConnection>> connect)
{
    private GeminiConnection? _connection;

    /// <summary>Lets a model answer.</summary>
    /// <param name="model">Its name, alone or in full; <see langword="null"/> for the one of the settings.</param>
    /// <returns>The answer, which may be without text: the question may be refused, or the tokens all be spent on thinking.</returns>
    /// <exception cref="ServiceException">The call failed; the message says how and what helps.</exception>
    public async Task<GenerateContentResponse> GenerateContentAsync(string? model, GenerateContentRequest request, CancellationToken cancellationToken)
    {
        var connection = _connection ??= await connect(cancellationToken);
        var body = JsonSerializer.Serialize(request, GeminiJson.Default.GenerateContentRequest);
        using var answer = await connection.CallAsync(model, "generateContent", body, cancellationToken);
        try
        {
            return answer.Deserialize(GeminiJson.Default.GenerateContentResponse)!;
        }
        catch (JsonException error)
        {
            var product = connection.Rest.Product;
            throw new UpstreamException($"{product.Name} answered something else than generated content.", StatusCode.Internal, $"{product.Code}_FAILED", error);
        }
    }
}
