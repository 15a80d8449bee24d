using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Readiness;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Tests;

/// <summary>Which project and which token the report tells of, and where they are from.</summary>
public sealed class LoginFactsTests
{
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task On_Google_Cloud_the_machine_tells_project_account_scopes_and_the_end_of_the_token()
    {
        await using var product = await FakeCloud.EmptyAsync();
        await using var metadata = await MetadataAsync();
        await using var machine = new Machine(
            ("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", metadata.Http["http://".Length..]), ("Integrations:PubSub:Endpoint", product.Grpc));

        var finding = await machine.FindAsync("pub-sub");

        Assert.Equal((IntegrationState.Ready, "machine-project", "metadata server"), (finding.State, finding.Project, finding.ProjectSource));
        Assert.Equal(("robot@p1.iam.gserviceaccount.com", "metadata server"), (finding.Principal, finding.CredentialsSource));
        Assert.Equal([Scope, "https://www.googleapis.com/auth/userinfo.email"], finding.Token!.Scopes);
        Assert.InRange(finding.Token.Expires!.Value, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(61));
        Assert.DoesNotContain("hush", Answers.Json(new Report([finding])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_project_of_the_machine_is_asked_for_once_and_only_where_nothing_else_says_one()
    {
        await using var metadata = await MetadataAsync();
        (string, string?)[] on = [("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", metadata.Http["http://".Length..])];
        await using var asking = new Machine(on);
        await using var told = new Machine([Machine.Project, .. on]);

        Assert.Equal("machine-project", await asking.Get<GoogleCredentials>().ProjectAsync(Cancellation));
        Assert.Equal("machine-project", await asking.Get<GoogleCredentials>().ProjectAsync(Cancellation));
        Assert.Equal("p1", await told.Get<GoogleCredentials>().ProjectAsync(Cancellation));

        Assert.StartsWith("GET /computeMetadata/v1/project/project-id\n", Assert.Single(metadata.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_is_not_on_Google_Cloud_waits_once_for_project_and_credentials_together()
    {
        var never = new TaskCompletionSource();
        await using var nobody = await FakeCloud.StartAsync(context => never.Task.WaitAsync(context.RequestAborted));
        await using var machine = new Machine(("NO_GCE_CHECK", ""), ("GCE_METADATA_HOST", nobody.Http["http://".Length..]));

        Assert.Equal("PROJECT_NOT_CONFIGURED", (await machine.FindAsync("pub-sub")).Code);
        Assert.Equal("BIGTABLE_NOT_CONFIGURED", (await machine.FindAsync("bigtable")).Code);

        Assert.Single(nobody.Requests);
        never.SetResult();
    }

    [Theory]
    [InlineData("p1", "gcloud configuration 'default'", "default=p1")]
    [InlineData("p2", "gcloud configuration 'work'", "default=p1", "work=p2", "active_config=work")]
    [InlineData("p1", "gcloud configuration 'default'", "default=p1", "work=p2", "active_config=work", "CLOUDSDK_ACTIVE_CONFIG_NAME=default")]
    [InlineData("p3", "CLOUDSDK_CORE_PROJECT", "default=p1", "CLOUDSDK_CORE_PROJECT=p3")]
    [InlineData("p4", "project_id of the credentials file", "default=p1", "credentials=p4", "CLOUDSDK_CORE_PROJECT=p3")]
    [InlineData("p5", "GCLOUD_PROJECT", "default=p1", "credentials=p4", "CLOUDSDK_CORE_PROJECT=p3", "GCLOUD_PROJECT=p5")]
    [InlineData(null, null, "work=p2", "active_config=gone")]
    public async Task Without_a_variable_the_credentials_file_and_then_the_configuration_of_gcloud_tell_the_project(string? project, string? source, params string[] facts)
    {
        var folder = Directory.CreateTempSubdirectory("gcloud-");
        List<(string, string?)> settings = [Machine.Token, ("CLOUDSDK_CONFIG", folder.FullName)];
        foreach (var (name, value) in facts.Select(fact => fact.Split('=')).Select(parts => (parts[0], parts[1])))
        {
            switch (name)
            {
                case "active_config":
                    await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), $"{value}\n", Cancellation);
                    break;
                case "credentials":
                    await File.WriteAllTextAsync(
                        Path.Combine(folder.FullName, "application_default_credentials.json"), $$"""{"type":"service_account","project_id":"{{value}}"}""", Cancellation);
                    break;
                case "default" or "work":
                    folder.CreateSubdirectory("configurations");
                    await File.WriteAllTextAsync(
                        Path.Combine(folder.FullName, "configurations", $"config_{name}"),
                        $"[compute]\nproject = other\n\n[core]\naccount = ada@example.com\nproject = {value}\n", Cancellation);
                    break;
                default:
                    settings.Add((name, value));
                    break;
            }
        }

        await using var cloud = await FakeCloud.EmptyAsync();
        await using var machine = new Machine([.. settings, ("Integrations:PubSub:Endpoint", cloud.Grpc)]);
        var finding = await machine.FindAsync("pub-sub");
        folder.Delete(recursive: true);

        // The tests' settings are none of the process, so their source is "application".
        Assert.Equal((project, source is "GCLOUD_PROJECT" ? "application" : source), (finding.Project, finding.ProjectSource));
        Assert.Equal(project is null ? "PROJECT_NOT_CONFIGURED" : null, finding.Code);
    }

    [Fact]
    public async Task A_ready_token_tells_neither_scopes_nor_its_end()
    {
        await using var cloud = await FakeCloud.EmptyAsync();
        await using var machine = new Machine(Machine.Token, Machine.Project, ("GOOGLE_CLOUD_QUOTA_PROJECT", "quota-1"), ("Integrations:PubSub:Endpoint", cloud.Grpc));

        var finding = await machine.FindAsync("pub-sub");

        Assert.Equal(("quota-1", null), (finding.QuotaProject, finding.Token!.Expires));
        Assert.Empty(finding.Token.Scopes);
        var json = JsonDocument.Parse(Answers.Json(new Report([finding]))).RootElement.GetProperty("integrations")[0];
        Assert.False(json.TryGetProperty("tokenExpires", out _));
    }

    [Fact]
    public async Task An_emulator_is_asked_with_no_token_so_none_is_told_of()
    {
        await using var emulator = await FakeCloud.EmptyAsync();
        await using var machine = new Machine(Machine.Token, Machine.Project, ("PUBSUB_EMULATOR_HOST", emulator.Grpc["http://".Length..]));

        var finding = await machine.FindAsync("pub-sub");

        Assert.Equal((IntegrationState.Emulator, null), (finding.State, finding.Token));
    }

    private static Task<FakeCloud> MetadataAsync() => FakeCloud.StartAsync(context =>
    {
        context.Response.Headers["Metadata-Flavor"] = "Google";
        return context.Response.WriteAsync(context.Request.Path.Value!.Split('/')[^1] switch
        {
            "email" => "robot@p1.iam.gserviceaccount.com",
            "scopes" => $"{Scope}\nhttps://www.googleapis.com/auth/userinfo.email\n",
            "project-id" => "machine-project",
            _ => """{"access_token":"hush-token","expires_in":3600,"token_type":"Bearer"}""",
        });
    });
}
