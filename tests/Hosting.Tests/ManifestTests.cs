using System.Text.Json.Nodes;

namespace Runtime.Hosting.Tests;

public sealed class ManifestTests
{
    [Fact]
    public async Task A_database_and_a_service_that_uses_it_are_written_as_Aspire_writes_them()
    {
        var manifest = await PublishAsync(builder =>
        {
            var database = builder.AddPostgres("pg").WithImageTag("17.6").AddDatabase("db");
            builder.AddContainer("web", "example/web", "1.0").WithHttpEndpoint(targetPort: 8080).WithExternalHttpEndpoints().WithReference(database);
        });

        var resources = manifest["resources"]!;
        Assert.Equal("{pg.connectionString};Database=db", (string?)resources["db"]!["connectionString"]);
        Assert.Equal("value.v0", (string?)resources["db"]!["type"]);
        Assert.Equal("docker.io/library/postgres:17.6", (string?)resources["pg"]!["image"]);
        Assert.Equal("Host={pg.bindings.tcp.host};Port={pg.bindings.tcp.port};Username=postgres;Password={pg-password.value}", (string?)resources["pg"]!["connectionString"]);
        Assert.Equal(22, (int?)resources["pg-password"]!["inputs"]!["value"]!["default"]!["generate"]!["minLength"]);
        Assert.Equal("{db.connectionString}", (string?)resources["web"]!["env"]!["ConnectionStrings__db"]);
        Assert.Equal(
            "postgresql://postgres:{pg-password-uri-encoded.value}@{pg.bindings.tcp.host}:{pg.bindings.tcp.port}/db", (string?)resources["web"]!["env"]!["DB_URI"]);
        Assert.Equal("annotated.string", (string?)resources["pg-password-uri-encoded"]!["type"]);
        Assert.True((bool?)resources["web"]!["bindings"]!["http"]!["external"]);
    }

    [Fact]
    public async Task A_place_for_the_manifest_is_asked_for()
    {
        using var application = TestGraph.Builder("--publisher", "manifest").Build();

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() => application.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("--output-path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_publisher_that_is_not_here_names_the_one_that_is() =>
        Assert.Contains("use manifest", Assert.Throws<DistributedApplicationException>(() => TestGraph.Builder("--publisher", "kubernetes")).Message, StringComparison.Ordinal);

    private static async Task<JsonNode> PublishAsync(Action<IDistributedApplicationBuilder> compose)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var path = Path.Combine(Path.GetTempPath(), $"manifest-{Guid.CreateVersion7():n}.json");
        var builder = TestGraph.Builder("--publisher", "manifest", "--output-path", path);
        compose(builder);
        using var application = builder.Build();
        try
        {
            await application.StartAsync(cancellation);
            return JsonNode.Parse(await File.ReadAllTextAsync(path, cancellation))!;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
