using Google.Cloud.Spanner.Admin.Database.V1;
using Runtime.GoogleCloud.Spanner;
using static Runtime.Smoke.Framework.SmokeMode;

namespace Runtime.Smoke;

/// <summary>Spanner through the gateway, in one of its two SQL dialects.</summary>
[Integration("spanner")]
public abstract class SpannerSmoke(SmokeServices services, DatabaseDialect dialect, string table) : SmokeSuite
{
    [Theory, RunsIn(Emulator, Live)]
    public async Task Tables_are_listed_and_rows_are_queried(SmokeMode mode)
    {
        var gateway = await services.GatewayAsync(mode, BackingProduct.Spanner, "spanner");
        var database = await SmokeSpanner.CreateDatabaseAsync(gateway, mode, dialect, Afterwards, Cancellation);
        await gateway.Client<SpannerAdminClient>().ChangeSchemaAsync(database, [table], Cancellation);
        await gateway.Client<SpannerClient>().CommitAsync(
            database, [SpannerMutations.Insert("orders", ("id", 1L), ("item", "tea"))], Cancellation);
        var parts = database.Split('/');
        var place = new { project_id = parts[1], instance_id = parts[3], database_id = parts[5] };

        var tables = await gateway.CallOverMcpAsync("spanner_list_table_names", place, Cancellation);
        var query = new { place.project_id, place.instance_id, place.database_id, query = "SELECT id, item FROM orders WHERE item = 'tea'" };
        var overGrpc = await gateway.CallOverGrpcAsync("spanner_execute_sql", query, Cancellation);
        var overMcp = await gateway.CallOverMcpAsync("spanner_execute_sql", query, Cancellation);

        Assert.Equal("""["orders"]""", tables["results"]!.ToJsonString());
        Assert.Equal("""[[1,"tea"]]""", overGrpc["rows"]!.ToJsonString());
        Assert.Equal(overGrpc["rows"]!.ToJsonString(), overMcp["rows"]!.ToJsonString());
    }
}

/// <summary>GoogleSQL.</summary>
public sealed class SpannerGoogleSqlSmoke(SmokeServices services)
    : SpannerSmoke(services, DatabaseDialect.GoogleStandardSql, "CREATE TABLE orders (id INT64, item STRING(MAX)) PRIMARY KEY (id)");

/// <summary>PostgreSQL's.</summary>
public sealed class SpannerPostgreSqlSmoke(SmokeServices services)
    : SpannerSmoke(services, DatabaseDialect.Postgresql, "CREATE TABLE orders (id bigint PRIMARY KEY, item text)");
