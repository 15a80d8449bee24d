using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;
using HttpClientFactory = Google.Apis.Http.HttpClientFactory;
using ITokenHttp = Google.Apis.Http.IHttpClientFactory;

namespace Runtime.Bootstrap.Tests;

/// <summary>Every way to a token, against servers of the test in the place of Google's.</summary>
public sealed class CredentialsTests : IDisposable
{
    private const string Robot = "robot@p1.iam.gserviceaccount.com";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("credentials-tests-");

    [Fact]
    public async Task A_service_account_key_gives_a_token_that_is_renewed_before_it_ends()
    {
        var issued = 0;
        await using var cloud = await TokensAsync(() => $$"""{"access_token":"token-{{++issued}}","expires_in":{{(issued == 1 ? 60 : 3600)}},"token_type":"Bearer"}""");
        using var credentials = Credentials(("GOOGLE_APPLICATION_CREDENTIALS", Write(Key(cloud))));

        Assert.Equal("Bearer token-1", await TokenAsync(credentials));
        Assert.Equal("Bearer token-2", await TokenAsync(credentials));
        Assert.Equal("Bearer token-2", await TokenAsync(credentials));
        Assert.Equal((LoginKind.ServiceAccountKey, "svc@p1.iam.gserviceaccount.com"), (credentials.Login!.Kind, credentials.Login.Principal));
        Assert.Equal("serviceAccount:svc@p1.iam.gserviceaccount.com", credentials.Login.Member);
        var token = await credentials.DescribeTokenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["https://www.googleapis.com/auth/cloud-platform"], token!.Scopes);
        Assert.InRange(token.Expires!.Value, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(61));
    }

    [Fact]
    public async Task A_user_login_gives_a_token_and_counts_quota_on_the_project_in_its_file()
    {
        await using var cloud = await TokensAsync(() => """{"access_token":"user-token","expires_in":3600,"token_type":"Bearer","scope":"openid https://www.googleapis.com/auth/bigquery"}""");
        using var credentials = Credentials(new Redirected(cloud.Http), ("GOOGLE_APPLICATION_CREDENTIALS", Write(User())));

        var headers = await credentials.HeadersAsync(SpannerClient.Product, TestContext.Current.CancellationToken);

        Assert.Equal([new("authorization", "Bearer user-token"), new("x-goog-user-project", "quota-1")], headers);
        Assert.Equal((LoginKind.User, "ada@example.com", "quota-1"), (credentials.Login!.Kind, credentials.Login.Principal, credentials.Login.QuotaProject));
        Assert.Equal(["openid", "https://www.googleapis.com/auth/bigquery"], (await credentials.DescribeTokenAsync(TestContext.Current.CancellationToken))!.Scopes);
    }

    [Fact]
    public async Task A_federated_identity_is_exchanged_for_a_token()
    {
        await using var cloud = await TokensAsync(() =>
            """{"access_token":"federated-token","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","expires_in":3600,"token_type":"Bearer"}""");
        var subject = Path.Combine(_folder.FullName, "subject.jwt");
        await File.WriteAllTextAsync(subject, "subject-token", TestContext.Current.CancellationToken);
        using var credentials = Credentials(("GOOGLE_APPLICATION_CREDENTIALS", Write(new
        {
            type = "external_account",
            audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider",
            subject_token_type = "urn:ietf:params:oauth:token-type:jwt",
            token_url = $"{cloud.Http}/sts",
            credential_source = new { file = subject },
        })));

        Assert.Equal("Bearer federated-token", await TokenAsync(credentials));
        Assert.Equal(LoginKind.Federated, credentials.Login!.Kind);
    }

    [Fact]
    public async Task The_metadata_server_gives_a_token_and_tells_the_account()
    {
        await using var cloud = await MetadataAsync();
        using var credentials = Credentials(("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", cloud.Http["http://".Length..]));

        Assert.Equal("Bearer machine-token", await TokenAsync(credentials));
        Assert.Equal((LoginKind.Metadata, Robot, "metadata server"), (credentials.Login!.Kind, credentials.Login.Principal, credentials.Login.Source));
        Assert.All(cloud.Requests, request => Assert.Contains("Metadata-Flavor: Google", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_not_Googles_is_no_metadata_server()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, "{}");
        using var credentials = Credentials(("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", cloud.Http["http://".Length..]));

        Assert.Equal("CREDENTIALS_NOT_FOUND", (await Assert.ThrowsAsync<NotConfiguredException>(() => TokenAsync(credentials))).Reason);
    }

    [Fact]
    public async Task A_metadata_server_that_does_not_answer_is_waited_for_once_and_not_long()
    {
        var never = new TaskCompletionSource();
        await using var cloud = await FakeCloud.StartAsync(context => never.Task.WaitAsync(context.RequestAborted));
        using var credentials = Credentials(("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", cloud.Http["http://".Length..]));

        await Assert.ThrowsAsync<NotConfiguredException>(() => TokenAsync(credentials).WaitAsync(TestTimeouts.Call, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<NotConfiguredException>(() => TokenAsync(credentials));

        Assert.Single(cloud.Requests);
        never.SetResult();
    }

    [Fact]
    public async Task Acting_as_a_service_account_exchanges_the_token_of_the_login()
    {
        await using var cloud = await TokensAsync(() => """{"access_token":"own-token","expires_in":3600,"token_type":"Bearer"}""");
        using var credentials = Credentials(
            new Redirected(cloud.Http), ("GOOGLE_APPLICATION_CREDENTIALS", Write(Key(cloud))), ("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", Robot));

        Assert.Equal("Bearer impersonated-token", await TokenAsync(credentials));
        Assert.True((await credentials.DescribeTokenAsync(TestContext.Current.CancellationToken))!.Expires > DateTimeOffset.UtcNow.AddYears(1));
        Assert.Equal((LoginKind.Impersonated, Robot), (credentials.Login!.Kind, credentials.Login.Principal));
        Assert.Contains(cloud.Requests, request => request.StartsWith($"POST /v1/projects/-/serviceAccounts/{Robot}:generateAccessToken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_an_impersonation_is_used_as_it_is()
    {
        await using var cloud = await TokensAsync(() => """{"access_token":"own-token","expires_in":3600,"token_type":"Bearer"}""");
        using var credentials = Credentials(("GOOGLE_APPLICATION_CREDENTIALS", Write(new
        {
            type = "impersonated_service_account",
            service_account_impersonation_url = $"{cloud.Http}/v1/projects/-/serviceAccounts/{Robot}:generateAccessToken",
            source_credentials = Key(cloud),
        })));

        Assert.Equal("Bearer impersonated-token", await TokenAsync(credentials));
        Assert.Equal((LoginKind.Impersonated, Robot), (credentials.Login!.Kind, credentials.Login.Principal));
    }

    [Fact]
    public async Task A_login_that_may_not_act_as_the_account_is_told_the_role()
    {
        await using var cloud = await FakeCloud.StartAsync(context =>
        {
            var isToken = context.Request.Path == "/token";
            context.Response.StatusCode = isToken ? 200 : 403;
            return context.Response.WriteAsync(isToken
                ? """{"access_token":"own-token","expires_in":3600,"token_type":"Bearer"}"""
                : """{"error":{"code":403,"message":"Permission 'iam.serviceAccounts.getAccessToken' denied","status":"PERMISSION_DENIED"}}""");
        });
        using var credentials = Credentials(
            new Redirected(cloud.Http), ("GOOGLE_APPLICATION_CREDENTIALS", Write(Key(cloud))), ("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT", Robot));

        var error = await Assert.ThrowsAsync<PermissionDeniedException>(() => TokenAsync(credentials));

        Assert.Equal("PERMISSION_MISSING", error.Reason);
        Assert.EndsWith(
            $"Fix: gcloud iam service-accounts add-iam-policy-binding {Robot} --member=<principal> --role=roles/iam.serviceAccountTokenCreator", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_has_ended_names_what_renews_it()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(400, """{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)"}""");
        using var key = Credentials(("GOOGLE_APPLICATION_CREDENTIALS", Write(Key(cloud))));
        using var user = Credentials(new Redirected(cloud.Http), ("GOOGLE_APPLICATION_CREDENTIALS", Write(User())));

        var keyError = await Assert.ThrowsAsync<UnauthenticatedException>(() => TokenAsync(key));
        var userError = await Assert.ThrowsAsync<UnauthenticatedException>(() => TokenAsync(user));

        Assert.Equal(("CREDENTIALS_EXPIRED", "CREDENTIALS_EXPIRED"), (keyError.Reason, userError.Reason));
        Assert.EndsWith("Fix: gcloud iam service-accounts keys create <file> --iam-account=svc@p1.iam.gserviceaccount.com", keyError.Message, StringComparison.Ordinal);
        Assert.EndsWith("Fix: gcloud auth application-default login", userError.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sources_come_in_their_order()
    {
        await using var cloud = await TokensAsync(() => """{"access_token":"file-token","expires_in":3600,"token_type":"Bearer"}""");
        await using var metadata = await MetadataAsync();
        var file = ("GOOGLE_APPLICATION_CREDENTIALS", Write(Key(cloud)));
        (string, string?)[] machine = [("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", metadata.Http["http://".Length..])];
        using var all = Credentials([("ACCESS_TOKEN", "last"), ("GOOGLE_ACCESS_TOKEN", "variable-token"), file, .. machine]);
        using var without = Credentials([file, .. machine]);
        using var ofCall = all.With(new ExplicitCredentials { AccessToken = "call-token" });
        using var ofTool = all.With(new ExplicitCredentials { File = Write(Key(cloud)) });

        Assert.Equal("Bearer call-token", await TokenAsync(ofCall));
        Assert.Equal("Bearer file-token", await TokenAsync(ofTool));
        Assert.Equal("Bearer variable-token", await TokenAsync(all));
        Assert.Equal("GOOGLE_ACCESS_TOKEN", all.Login!.Source);
        Assert.Equal("Bearer file-token", await TokenAsync(without));
        Assert.Empty(metadata.Requests);
    }

    [Fact]
    public async Task A_tool_whose_file_is_absent_is_told_so_and_nothing_else_is_taken_in_its_place()
    {
        using var credentials = Credentials(("ACCESS_TOKEN", "t"));
        using var ofTool = credentials.With(new ExplicitCredentials { File = Path.Combine(_folder.FullName, "absent.json") });

        var error = await Assert.ThrowsAsync<NotConfiguredException>(() => TokenAsync(ofTool));

        Assert.Equal(("CREDENTIALS_FILE_MISSING", "correct the path in the tool's settings"), (error.Reason, error.Fix));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Task<FakeCloud> TokensAsync(Func<string> token) => FakeCloud.StartAsync(context => context.Response.WriteAsync(
        context.Request.Path.Value!.EndsWith(":generateAccessToken", StringComparison.Ordinal)
            ? """{"accessToken":"impersonated-token","expireTime":"2099-01-01T00:00:00Z"}"""
            : token()));

    private static Task<FakeCloud> MetadataAsync() => FakeCloud.StartAsync(context =>
    {
        context.Response.Headers["Metadata-Flavor"] = "Google";
        return context.Response.WriteAsync(context.Request.Path.Value!.EndsWith("/email", StringComparison.Ordinal)
            ? Robot
            : """{"access_token":"machine-token","expires_in":3600,"token_type":"Bearer"}""");
    });

    private static object Key(FakeCloud cloud)
    {
        using var rsa = RSA.Create(2048);
        return new
        {
            type = "service_account",
            project_id = "p1",
            private_key_id = "k1",
            private_key = rsa.ExportPkcs8PrivateKeyPem(),
            client_email = "svc@p1.iam.gserviceaccount.com",
            client_id = "1",
            token_uri = $"{cloud.Http}/token",
        };
    }

    private static object User() => new
    {
        type = "authorized_user",
        account = "ada@example.com",
        client_id = "client",
        client_secret = "client-secret",
        refresh_token = "refresh",
        quota_project_id = "quota-1",
    };

    private static async Task<string> TokenAsync(GoogleCredentials credentials) =>
        (await credentials.HeadersAsync(SpannerClient.Product, TestContext.Current.CancellationToken)).Single(header => header.Key == "authorization").Value;

    private string Write(object credentials)
    {
        var file = Path.Combine(_folder.FullName, $"{Guid.NewGuid():n}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(credentials));
        return file;
    }

    private GoogleCredentials Credentials(params (string Name, string? Value)[] settings) => Credentials(null, settings);

    private GoogleCredentials Credentials(ITokenHttp? http, params (string Name, string? Value)[] settings)
    {
        Dictionary<string, string?> all = new() { ["HOME"] = _folder.FullName, ["APPDATA"] = _folder.FullName, ["NO_GCE_CHECK"] = "true" };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var options = GoogleCloudOptions.From(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        return new(options, TimeProvider.System, NullLogger<GoogleCredentials>.Instance, http);
    }

    /// <summary>Sends what is meant for Google's fixed addresses to a server of the test.</summary>
    private sealed class Redirected(string to) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(Google.Apis.Http.CreateHttpClientArgs args) => new ToTest(new Uri(to)) { InnerHandler = new HttpClientHandler() };

        private sealed class ToTest(Uri to) : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.RequestUri = new Uri(to, request.RequestUri!.PathAndQuery);
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}
