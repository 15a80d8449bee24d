using Runtime.AppHost.Resources.Postgres;

namespace Runtime.AppHost.Tests;

/// <summary>Where sessions are kept when somebody else runs the database.</summary>
public sealed class LiveDatabaseTests
{
    private const string Ours = "postgresql://u:p@db.example:5432/ours";
    private const string Adks = "postgresql://u:p@db.example:5432/adks";

    [Theory]
    [InlineData(Ours, $"ConnectionStrings:sessions={Ours}")]
    [InlineData(Adks, $"SESSION_SERVICE_URI={Adks}")]
    [InlineData(Ours, $"ConnectionStrings:sessions={Ours}", $"SESSION_SERVICE_URI={Adks}")]
    public async Task The_connection_string_comes_first_and_ADKs_variable_is_enough(string address, params string[] settings)
    {
        var builder = DistributedApplication.CreateBuilder([.. settings, "Backing:Postgres=live"]);

        var database = builder.AddSessionDatabase("postgres", "sessions");

        Assert.Null(database.Wait);
        Assert.Equal(address, await database.Connection.Resource.GetConnectionStringAsync(TestContext.Current.CancellationToken));
    }
}
