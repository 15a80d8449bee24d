using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Gemini;
using Runtime.GoogleCloud.PubSub;
using static Runtime.Smoke.Framework.SmokeMode;

namespace Runtime.Smoke;

/// <summary>From what a machine has to a call that Google accepts: each source of credentials, found and used by a wired client.</summary>
[Integration("credentials")]
public sealed class CredentialSmoke : SmokeSuite
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("credential-smoke-");

    public CredentialSmoke() => Afterwards(_ =>
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    });

    [Theory, RunsIn(Recorded)]
    public async Task The_file_of_a_persons_login_is_found_and_used(SmokeMode mode)
    {
        var server = await StartAsync(mode);
        await WriteAsync("application_default_credentials.json", new
        {
            type = "authorized_user",
            client_id = "client",
            client_secret = "client-secret",
            refresh_token = TokenServer.RefreshToken,
        });

        Assert.Equal(("user", LoginKind.User), await CallAsync(server, ("CLOUDSDK_CONFIG", _folder.FullName)));
    }

    [Theory, RunsIn(Recorded)]
    public async Task The_key_of_a_service_account_signs_for_a_token(SmokeMode mode)
    {
        var server = await StartAsync(mode);

        Assert.Equal(("key", LoginKind.ServiceAccountKey), await CallAsync(server, ("GOOGLE_APPLICATION_CREDENTIALS", await WriteAsync("key.json", Key(server)))));
    }

    [Theory, RunsIn(Recorded)]
    public async Task A_service_account_is_acted_as_by_setting(SmokeMode mode)
    {
        var server = await StartAsync(mode);

        var called = await CallAsync(
            server, ("GOOGLE_APPLICATION_CREDENTIALS", await WriteAsync("key.json", Key(server))), ("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", TokenServer.Account));

        Assert.Equal(($"key as {TokenServer.Account}", LoginKind.Impersonated), called);
    }

    [Theory, RunsIn(Recorded)]
    public async Task A_federated_workload_exchanges_its_own_token(SmokeMode mode)
    {
        var server = await StartAsync(mode);
        var file = await WriteAsync("federated.json", new
        {
            type = "external_account",
            audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider",
            subject_token_type = "urn:ietf:params:oauth:token-type:jwt",
            token_url = $"{server.Address}v1/token",
            // The shape that a CI system's identity endpoint has.
            credential_source = new
            {
                url = $"{server.Address}subject",
                headers = new Dictionary<string, string> { ["x-subject"] = "smoke" },
                format = new { type = "json", subject_token_field_name = "value" },
            },
        });

        Assert.Equal(("federated", LoginKind.Federated), await CallAsync(server, ("GOOGLE_APPLICATION_CREDENTIALS", file)));
    }

    [Theory, RunsIn(Recorded)]
    public async Task A_machine_on_Google_Cloud_asks_its_metadata_server(SmokeMode mode)
    {
        var server = await StartAsync(mode);

        Assert.Equal(("machine", LoginKind.Metadata), await CallAsync(server, ("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", server.Address.Authority)));
    }

    [Theory, RunsIn(Recorded)]
    public async Task A_token_is_renewed_before_it_ends_and_kept_until_then(SmokeMode mode)
    {
        var server = await StartAsync(mode);
        server.Lifetime = 60;
        await using var services = Wired(server, ("GOOGLE_APPLICATION_CREDENTIALS", await WriteAsync("key.json", Key(server))));
        var gemini = services.GetRequiredService<GeminiClient>();

        await gemini.GenerateContentAsync(model: null, GeminiSmoke.Question, Cancellation);
        server.Lifetime = 3600;
        await gemini.GenerateContentAsync(model: null, GeminiSmoke.Question, Cancellation);
        await gemini.GenerateContentAsync(model: null, GeminiSmoke.Question, Cancellation);

        Assert.Equal(2, server.Issued);
    }

    [Theory, RunsIn(Live)]
    public async Task The_credentials_of_this_machine_give_a_token(SmokeMode mode)
    {
        Assert.Equal(Live, mode);
        await LiveNeeds.RequireAsync("pub-sub", "GOOGLE_CLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS");
        await using var services = Wiring.Of(LiveNeeds.Configuration());

        var headers = await services.GetRequiredService<GoogleCredentials>().HeadersAsync(PubSubClient.Product, Cancellation);

        Assert.StartsWith("Bearer ", headers.Single(header => header.Key == "authorization").Value, StringComparison.Ordinal);
    }

    private static object Key(TokenServer server) => new
    {
        type = "service_account",
        project_id = "recorded",
        private_key_id = "k1",
        private_key = server.PrivateKey,
        client_email = TokenServer.Account,
        client_id = "1",
        token_uri = $"{server.Address}token",
    };

    private async Task<TokenServer> StartAsync(SmokeMode mode)
    {
        Assert.Equal(Recorded, mode);
        var server = await TokenServer.StartAsync(Cancellation);
        Afterwards(_ => server.DisposeAsync().AsTask());
        return server;
    }

    /// <summary>Asks a model through the wired client and returns whom the server took the caller for, and what the credentials were found to be.</summary>
    private static async Task<(string? Caller, LoginKind? Kind)> CallAsync(TokenServer server, params (string Name, string? Value)[] settings)
    {
        await using var services = Wired(server, settings);
        var answer = await services.GetRequiredService<GeminiClient>().GenerateContentAsync(model: null, GeminiSmoke.Question, Cancellation);
        Assert.Equal("pong", answer.Text);
        return (server.LastCaller, services.GetRequiredService<GoogleCredentials>().Login?.Kind);
    }

    private static ServiceProvider Wired(TokenServer server, params (string Name, string? Value)[] settings) => Wiring.Of(
        Wiring.Alone([("GOOGLE_GENAI_USE_VERTEXAI", "true"), ("GOOGLE_CLOUD_PROJECT", "recorded"), ("GOOGLE_VERTEX_BASE_URL", $"{server.Address}"), .. settings]),
        // The addresses of a person's login and of an impersonation are fixed in Google's library.
        bootstrap => bootstrap.UseClient(provider => new GoogleCredentials(
            provider.GetRequiredService<GoogleCloudOptions>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<GoogleCredentials>>(), server.Clients())));

    private async Task<string> WriteAsync(string name, object credentials)
    {
        var file = Path.Combine(_folder.FullName, name);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(credentials), Cancellation);
        return file;
    }
}
