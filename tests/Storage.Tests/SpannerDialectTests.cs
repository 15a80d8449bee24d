using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud;
using Runtime.GoogleCloud.Spanner;
using Runtime.Storage.Connections;
using Runtime.Storage.Dialects.Spanner;

namespace Runtime.Storage.Tests;

public sealed class SpannerDialectTests
{
    private const string Name = "projects/p/instances/i/databases/d";

    [Theory]
    [InlineData("spanner:///projects/p/instances/i/databases/d")]
    [InlineData("spanner+spanner:///projects/p/instances/i/databases/d")]
    [InlineData("spanner://projects/p/instances/i/databases/d")]
    [InlineData("spanner:///projects/p/instances/i/databases/d/")]
    public void Database_is_named_with_two_slashes_or_three(string address)
    {
        var dialect = Assert.IsType<SpannerDialect>(StorageDialects.BuiltIn.Find(address, out var url));

        Assert.Equal(Name, dialect.DatabaseName(url));
    }

    [Fact]
    public void Project_of_a_domain_is_kept()
    {
        StorageDialects.BuiltIn.Find("spanner:///projects/example.com:p/instances/i/databases/d", out var url);

        Assert.Equal("projects/example.com:p/instances/i/databases/d", new SpannerDialect().DatabaseName(url));
    }

    [Theory]
    [InlineData("spanner://")]
    [InlineData("spanner:///")]
    [InlineData("spanner://p/i/d")]
    [InlineData("spanner:///projects/p/instances/i")]
    [InlineData("spanner://localhost:9010/projects/p/instances/i/databases/d")]
    [InlineData("spanner://user:hush@/projects/p/instances/i/databases/d")]
    [InlineData("spanner:///projects/p/instances/i/databases/d/tables/t")]
    [InlineData("spanner:///projects/p/instances/i/databases/d?autocommit=true")]
    public void Address_that_names_no_database_is_refused_with_the_form_that_does(string address)
    {
        var error = Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.Open(address, new()));

        Assert.Contains("spanner:///projects/project/instances/instance/databases/database", error.Fix, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Emulator_that_is_no_address_is_refused_at_once()
    {
        using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("SPANNER_EMULATOR_HOST", "nowhere")]).Build())
            .AddGoogleCloud()
            .BuildServiceProvider();
        var clients = new SpannerClients(services.GetRequiredService<SpannerClient>(), services.GetRequiredService<SpannerAdminClient>());

        var error = Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.Open($"spanner:///{Name}", new() { Spanner = clients }));

        Assert.Contains("SPANNER_EMULATOR_HOST", error.Problem, StringComparison.Ordinal);
    }
}
