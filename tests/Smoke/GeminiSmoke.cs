using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Gemini;
using Runtime.ServiceDefaults.Errors;
using static Runtime.Smoke.Framework.SmokeMode;

namespace Runtime.Smoke;

/// <summary>Gemini with a key, through the wired client.</summary>
[Integration("gemini-developer-api")]
public sealed class GeminiSmoke : SmokeSuite
{
    /// <summary>What a question may cost at most, in tokens of the answer, thinking included.</summary>
    internal const int MostTokens = 512;

    internal static readonly GenerateContentRequest Question =
        GenerateContentRequest.Of("Answer with the one word pong.", new() { Temperature = 0, MaxOutputTokens = MostTokens });

    [Theory, RunsIn(Recorded, Live)]
    public async Task A_question_is_answered_within_its_tokens(SmokeMode mode)
    {
        var gemini = await ClientAsync(mode, "answer");

        CheckAnswer(await gemini.GenerateContentAsync(model: null, Question, Cancellation));
    }

    [Theory, RunsIn(Recorded, Live)]
    public async Task A_key_that_is_none_is_refused_with_the_step_that_sets_another(SmokeMode mode)
    {
        var gemini = await ClientAsync(mode, "refused-key", key: "none");

        var error = await Assert.ThrowsAsync<UnauthenticatedException>(() => gemini.GenerateContentAsync(model: null, Question, Cancellation));

        Assert.Equal("MODEL_KEY_INVALID", error.Reason);
        Assert.Contains("Fix: export ", error.Message, StringComparison.Ordinal);
    }

    [Theory, RunsIn(Recorded, Live)]
    public async Task A_model_that_there_is_not_is_not_found(SmokeMode mode)
    {
        var gemini = await ClientAsync(mode, "missing-model");

        Assert.Equal("GEMINI_NOT_FOUND", (await Assert.ThrowsAsync<NotFoundException>(() => gemini.GenerateContentAsync("gemini-none", Question, Cancellation))).Reason);
    }

    internal static void CheckAnswer(GenerateContentResponse answer)
    {
        Assert.Contains("pong", answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("STOP", answer.Candidates[0].FinishReason);
        Assert.NotNull(answer.UsageMetadata);
        Assert.InRange(answer.UsageMetadata.CandidatesTokenCount + answer.UsageMetadata.ThoughtsTokenCount, 1, MostTokens);
        Assert.InRange(answer.UsageMetadata.PromptTokenCount, 1, answer.UsageMetadata.TotalTokenCount);
    }

    /// <param name="recording">The exchange to replay.</param>
    /// <param name="key">A key in the place of the real one.</param>
    private async Task<GeminiClient> ClientAsync(SmokeMode mode, string recording, string? key = null)
    {
        IConfiguration configuration;
        if (mode is Live)
        {
            await LiveNeeds.RequireAsync("gemini-developer-api", "GEMINI_API_KEY");
            List<KeyValuePair<string, string?>> own = [new("Integrations:GeminiOnVertex:Enabled", "false")];
            if (key is not null)
            {
                own.Add(new("Integrations:GeminiDeveloperAPI:ApiKey", key));
            }

            configuration = new ConfigurationBuilder().AddConfiguration(LiveNeeds.Configuration()).AddInMemoryCollection(own).Build();
        }
        else
        {
            var server = await Recording.ReplayAsync($"gemini-developer-api/{recording}", Cancellation);
            Afterwards(_ => server.DisposeAsync().AsTask());
            configuration = Wiring.Alone(("GEMINI_API_KEY", key ?? "recorded"), ("GOOGLE_GEMINI_BASE_URL", $"{server.Address}"));
        }

        var services = Wiring.Of(configuration);
        Afterwards(_ => services.DisposeAsync().AsTask());
        return services.GetRequiredService<GeminiClient>();
    }
}
