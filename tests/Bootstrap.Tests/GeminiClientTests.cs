using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Gemini;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Tests;

public sealed class GeminiClientTests
{
    private const string Pong = """
        {"candidates":[{"content":{"role":"model","parts":[{"text":"I was asked for a word.","thought":true},{"text":"po"},{"text":"ng"}]},"finishReason":"STOP","index":0,"avgLogprobs":-0.1}],
         "usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":1,"totalTokenCount":5,"promptTokensDetails":[{"modality":"TEXT","tokenCount":4}]},
         "modelVersion":"gemini-2.5-flash","responseId":"r1"}
        """;

    private static readonly GenerateContentRequest Ping = GenerateContentRequest.Of("ping", new() { Temperature = 0, MaxOutputTokens = 8 });

    [Fact]
    public async Task A_key_asks_the_developer_API_and_gets_the_text_and_what_it_cost()
    {
        string? body = null;
        await using var cloud = await FakeCloud.StartAsync(async context =>
        {
            body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
            await context.Response.WriteAsync(Pong);
        });
        await using var machine = new Machine(("GEMINI_API_KEY", "key-1"), ("GOOGLE_GEMINI_BASE_URL", cloud.Http));

        var answer = await AskAsync(machine, Ping with { SystemInstruction = new() { Parts = [new("Say pong.")] } });

        Assert.Equal("pong", answer.Text);
        Assert.Equal(new GeminiUsage { PromptTokenCount = 4, CandidatesTokenCount = 1, TotalTokenCount = 5 }, answer.UsageMetadata);
        Assert.Equal(("STOP", "gemini-2.5-flash", "r1"), (answer.Candidates[0].FinishReason, answer.ModelVersion, answer.ResponseId));
        var request = Assert.Single(cloud.Requests);
        Assert.StartsWith("POST /v1beta/models/gemini-2.5-flash:generateContent\n", request, StringComparison.Ordinal);
        Assert.Contains("x-goog-api-key: key-1", request, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("authorization", request, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(
            """
            {"contents":[{"role":"user","parts":[{"text":"ping"}]}],
            "systemInstruction":{"parts":[{"text":"Say pong."}]},
            "generationConfig":{"temperature":0,"maxOutputTokens":8}}
            """.ReplaceLineEndings(""),
            body);
    }

    [Fact]
    public async Task On_Vertex_the_login_asks_in_its_project_and_location()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, Pong);
        await using var machine = new Machine(
            ("GOOGLE_GENAI_USE_VERTEXAI", "true"), Machine.Project, Machine.Token, ("GOOGLE_CLOUD_LOCATION", "europe-west4"), ("GOOGLE_VERTEX_BASE_URL", cloud.Http));

        Assert.Equal("pong", (await AskAsync(machine, Ping)).Text);

        var request = Assert.Single(cloud.Requests);
        Assert.StartsWith(
            "POST /v1beta1/projects/p1/locations/europe-west4/publishers/google/models/gemini-2.5-flash:generateContent\n", request, StringComparison.Ordinal);
        Assert.Contains($"authorization: Bearer {Machine.Token.Item2}", request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task In_express_mode_a_key_asks_Vertex_without_a_project()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, Pong);
        await using var machine = new Machine(("GOOGLE_GENAI_USE_ENTERPRISE", "true"), ("GOOGLE_API_KEY", "key-2"), ("GOOGLE_VERTEX_BASE_URL", cloud.Http));

        Assert.Equal("pong", (await AskAsync(machine, Ping)).Text);

        var request = Assert.Single(cloud.Requests);
        Assert.StartsWith("POST /v1beta1/publishers/google/models/gemini-2.5-flash:generateContent\n", request, StringComparison.Ordinal);
        Assert.Contains("x-goog-api-key: key-2", request, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("gemini-2.5-pro", "projects/p1/locations/global/publishers/google/models/gemini-2.5-pro")]
    [InlineData("publishers/meta/models/llama-4@001", "projects/p1/locations/global/publishers/meta/models/llama-4@001")]
    [InlineData("projects/p2/locations/us-east1/endpoints/7", "projects/p2/locations/us-east1/endpoints/7")]
    public async Task A_model_is_named_alone_or_in_full(string model, string path)
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, Pong);
        await using var machine = new Machine(("GOOGLE_GENAI_USE_VERTEXAI", "true"), Machine.Project, Machine.Token, ("GOOGLE_VERTEX_BASE_URL", cloud.Http));

        await AskAsync(machine, Ping, model);

        Assert.StartsWith($"POST /v1beta1/{path}:generateContent\n", Assert.Single(cloud.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../v1/projects/p1/topics/t1")]
    [InlineData("models/m?key=k")]
    [InlineData("")]
    public async Task What_is_no_name_of_a_model_is_refused_before_anything_is_sent(string model)
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, Pong);
        await using var machine = new Machine(("GEMINI_API_KEY", "key-1"), ("GOOGLE_GEMINI_BASE_URL", cloud.Http));

        Assert.Equal("model", (await Assert.ThrowsAsync<InvalidArgumentException>(() => AskAsync(machine, Ping, model))).Field);
        Assert.Empty(cloud.Requests);
    }

    [Fact]
    public async Task A_question_that_is_refused_is_an_answer_without_text()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, """{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}""");
        await using var machine = new Machine(("GEMINI_API_KEY", "key-1"), ("GOOGLE_GEMINI_BASE_URL", cloud.Http));

        var answer = await AskAsync(machine, Ping);

        Assert.Equal(("", "SAFETY"), (answer.Text, answer.PromptFeedback?.BlockReason));
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, "API_KEY_INVALID", "MODEL_KEY_INVALID", "Fix: export GOOGLE_GENAI_API_KEY=<key>")]
    [InlineData(StatusCode.PermissionDenied, "API_KEY_SERVICE_BLOCKED", "MODEL_KEY_INVALID", "Fix: export GOOGLE_GENAI_API_KEY=<key>")]
    [InlineData(StatusCode.PermissionDenied, "SERVICE_DISABLED", "API_NOT_ENABLED", "Fix: gcloud services enable generativelanguage.googleapis.com --project <project-id>")]
    [InlineData(StatusCode.NotFound, null, "GEMINI_NOT_FOUND", "Those were its words.")]
    [InlineData(StatusCode.ResourceExhausted, "RATE_LIMIT_EXCEEDED", "GEMINI_LIMIT_EXCEEDED", "Those were its words.")]
    [InlineData(StatusCode.InvalidArgument, null, "GEMINI_REFUSED", "Those were its words.")]
    [InlineData(StatusCode.Unavailable, null, "UNAVAILABLE", "Fix: try again.")]
    public async Task A_failure_is_one_of_the_known_ones_with_its_step(StatusCode status, string? reason, string code, string end)
    {
        await using var cloud = await FakeCloud.RefusingAsync(status, "Those were its words.", reason);
        await using var machine = new Machine(("GOOGLE_GENAI_API_KEY", "key-1"), ("GOOGLE_GEMINI_BASE_URL", cloud.Http));

        var error = await Assert.ThrowsAnyAsync<ServiceException>(() => AskAsync(machine, Ping));

        Assert.Equal(code, error.Reason);
        Assert.EndsWith(end, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("key-1", error.ToString(), StringComparison.Ordinal);
        Assert.Single(cloud.Requests);
    }

    [Theory]
    [InlineData("<html>", "UNAVAILABLE")]
    [InlineData("""{"candidates":"none"}""", "GEMINI_FAILED")]
    public async Task Something_else_than_an_answer_is_a_failure(string body, string code)
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, body);
        await using var machine = new Machine(("GEMINI_API_KEY", "key-1"), ("GOOGLE_GEMINI_BASE_URL", cloud.Http));

        Assert.Equal(code, (await Assert.ThrowsAnyAsync<ServiceException>(() => AskAsync(machine, Ping))).Reason);
    }

    [Fact]
    public async Task A_model_that_does_not_finish_in_time_is_given_up()
    {
        var never = new TaskCompletionSource();
        await using var cloud = await FakeCloud.StartAsync(context => never.Task.WaitAsync(context.RequestAborted));
        await using var machine = new Machine(("GEMINI_API_KEY", "key-1"));
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(100) };
        var product = new GoogleProduct("Models of the house", "HOUSE", "models.example.com", "models.example.com", "");
        var rest = new GoogleRestConnection(product, new(new Uri(cloud.Http), IsEmulator: true), machine.Get<GoogleCredentials>(), http);
        var client = new GeminiClient(_ => Task.FromResult(new GeminiConnection(rest) { Version = "v7", Models = "models", DefaultModel = "house-1" }));

        await Assert.ThrowsAsync<DeadlineException>(() => client.GenerateContentAsync(null, Ping, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_not_configured_says_so_at_the_first_call()
    {
        await using var machine = new Machine();
        var client = machine.Get<GeminiClient>();

        var error = await Assert.ThrowsAsync<NotConfiguredException>(() => client.GenerateContentAsync(null, Ping, TestContext.Current.CancellationToken));

        Assert.Equal(("MODEL_KEY_NOT_CONFIGURED", "export GEMINI_API_KEY=<key>"), (error.Reason, error.Fix));
    }

    [Fact]
    public async Task An_application_reaches_the_models_its_own_way_and_a_reset_reaches_them_as_before()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, Pong);
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection([new("GEMINI_API_KEY", "key-1"), new("GOOGLE_GEMINI_BASE_URL", cloud.Http)]).Build());
        var bootstrap = services.AddBootstrap();
        var product = new GoogleProduct("Models of the house", "HOUSE", "models.example.com", "models.example.com", "");
        bootstrap.UseClient(provider =>
        {
            var rest = provider.GetRequiredService<GoogleRestConnections>().Open(product, new(new Uri(cloud.Http), IsEmulator: true));
            return new GeminiClient(_ => Task.FromResult(new GeminiConnection(rest) { Version = "v7", Models = "models", DefaultModel = "house-1" }));
        });
        await using (var container = services.BuildServiceProvider())
        {
            await container.GetRequiredService<GeminiClient>().GenerateContentAsync(null, Ping, TestContext.Current.CancellationToken);
        }

        bootstrap.ResetClient<GeminiClient>();
        await using (var container = services.BuildServiceProvider())
        {
            await container.GetRequiredService<GeminiClient>().GenerateContentAsync(null, Ping, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            ["POST /v7/models/house-1:generateContent", "POST /v1beta/models/gemini-2.5-flash:generateContent"],
            cloud.Requests.Select(request => request.Split('\n')[0]));
    }

    [Fact]
    public void A_key_is_not_written_out_with_the_connection_that_has_it() =>
        Assert.Equal("GEMINI_API_KEY", new GeminiKey("very-secret", "GEMINI_API_KEY").ToString());

    private static Task<GenerateContentResponse> AskAsync(Machine machine, GenerateContentRequest request, string? model = null) =>
        machine.Get<GeminiClient>().GenerateContentAsync(model, request, TestContext.Current.CancellationToken);
}
