using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Gemini;
using static Runtime.Smoke.Framework.SmokeMode;

namespace Runtime.Smoke;

/// <summary>Gemini on Vertex AI, through the wired client and with Google's credentials.</summary>
[Integration("gemini-on-vertex")]
public sealed class GeminiOnVertexSmoke : SmokeSuite
{
    [Theory, RunsIn(Recorded, Live)]
    public async Task A_question_is_answered_within_its_tokens(SmokeMode mode)
    {
        IConfiguration configuration;
        if (mode is Live)
        {
            await LiveNeeds.RequireAsync("gemini-on-vertex", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_CLOUD_PROJECT");
            configuration = LiveNeeds.Configuration();
        }
        else
        {
            var server = await Recording.ReplayAsync("gemini-on-vertex/answer", Cancellation);
            Afterwards(_ => server.DisposeAsync().AsTask());
            configuration = Wiring.Alone(
                ("GOOGLE_GENAI_USE_VERTEXAI", "true"), ("GOOGLE_CLOUD_PROJECT", "recorded"), ("GOOGLE_CLOUD_LOCATION", "us-central1"),
                ("GOOGLE_OAUTH_ACCESS_TOKEN", "recorded"), ("GOOGLE_VERTEX_BASE_URL", $"{server.Address}"));
        }

        await using var services = Wiring.Of(configuration);

        GeminiSmoke.CheckAnswer(await services.GetRequiredService<GeminiClient>().GenerateContentAsync(model: null, GeminiSmoke.Question, Cancellation));
    }
}
