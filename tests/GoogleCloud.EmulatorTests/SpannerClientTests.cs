using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Cloud.Spanner.V1;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class SpannerClientTests
{
    private static readonly SpannerTransactionOptions _patient = new() { Deadline = TestTimeouts.Call };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task Every_type_of_parameter_comes_back_as_it_was(DatabaseDialect dialect)
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, dialect);
        var postgres = dialect is DatabaseDialect.Postgresql;
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567);
        string Parameter(int number) => postgres ? $"${number}" : $"@p{number}";

        var row = await client.QueryAsync(
            database,
            new(
                $"SELECT {string.Join(", ", Enumerable.Range(1, 7).Select(Parameter))}",
                "ß'\u2028", long.MinValue, true, time, new byte[] { 0, 255 }, (string?)null,
                postgres ? SpannerValue.Jsonb("""{"a": 1}""") : SpannerValue.Json("""{"a":1}""")),
            Cancellation).SingleAsync(Cancellation);

        Assert.Equal("ß'\u2028", row.GetString(0));
        Assert.Equal(long.MinValue, row.GetInt64(1));
        Assert.True(row.GetBool(2));
        Assert.Equal(time, row.GetTimestamp(3));
        Assert.Equal([0, 255], row.GetBytes(4));
        Assert.Null(row.GetStringOrNull(5));
        Assert.Equal(postgres ? """{"a": 1}""" : """{"a":1}""", row.GetString(6));
    }

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task Concurrent_increments_are_all_kept(DatabaseDialect dialect)
    {
        const int writers = 8, each = 5;
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateCountersAsync(services, dialect);

        await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            for (var i = 0; i < each; i++)
            {
                await client.RunInTransactionAsync(database, IncrementAsync, _patient, Cancellation);
            }
        }));

        Assert.Equal(writers * each, await ReadCounterAsync(client, database));
    }

    [Fact]
    public async Task Work_that_throws_leaves_nothing_behind_and_no_lock_either()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateCountersAsync(services, DatabaseDialect.GoogleStandardSql);
        await client.RunInTransactionAsync(database, IncrementAsync, _patient, Cancellation);

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.RunInTransactionAsync<long>(
            database,
            async (transaction, cancellation) =>
            {
                await IncrementAsync(transaction, cancellation);
                throw new InvalidOperationException("no");
            },
            _patient,
            Cancellation));
        var after = await client.RunInTransactionAsync(database, IncrementAsync, _patient, Cancellation);

        Assert.Equal(2, after);
    }

    [Fact]
    public async Task A_transaction_of_writes_alone_is_committed_whole_or_refused_whole()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateCountersAsync(services, DatabaseDialect.GoogleStandardSql);
        Task<bool> Insert(params long[] ids) => client.RunInTransactionAsync(
            database,
            (transaction, _) =>
            {
                transaction.Write(ids.Select(id => SpannerMutations.Insert("counters", ("id", id), ("n", id))));
                return Task.FromResult(true);
            },
            _patient,
            Cancellation);

        await Insert(1, 2);
        await Assert.ThrowsAsync<AlreadyExistsException>(() => Insert(3, 2));
        await client.CommitAsync(database, [SpannerMutations.Delete("counters", 1L)], Cancellation);

        var ids = await client.QueryAsync(database, new("SELECT id FROM counters ORDER BY id"), Cancellation)
            .Select(row => row.GetInt64(0)).ToListAsync(Cancellation);
        Assert.Equal([2], ids);
    }

    [Fact]
    public async Task A_snapshot_does_not_see_what_is_committed_after_its_first_query()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateCountersAsync(services, DatabaseDialect.GoogleStandardSql);
        await client.RunInTransactionAsync(database, IncrementAsync, _patient, Cancellation);

        var seen = await client.ReadAsync(
            database,
            async (snapshot, cancellation) =>
            {
                await snapshot.QueryAsync(new("SELECT 1"), cancellation).CountAsync(cancellation);
                await client.RunInTransactionAsync(database, IncrementAsync, _patient, cancellation);
                return await snapshot.QueryAsync(new("SELECT n FROM counters"), cancellation).Select(row => row.GetInt64(0)).SingleAsync(cancellation);
            },
            Cancellation);

        Assert.Equal(1, seen);
        Assert.Equal(2, await ReadCounterAsync(client, database));
    }

    [Fact]
    public async Task Rows_are_deleted_by_the_beginning_of_their_key()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await EmulatedSpanner.CreateDatabaseAsync(
            services, DatabaseDialect.GoogleStandardSql, ["CREATE TABLE pairs (a STRING(9), b STRING(9)) PRIMARY KEY (a, b)"]);
        Mutation Pair(string a, string b) => SpannerMutations.InsertOrUpdate("pairs", ("a", a), ("b", b));
        await client.CommitAsync(database, [Pair("x", "1"), Pair("x", "2"), Pair("xy", "1")], Cancellation);

        await client.CommitAsync(database, [SpannerMutations.DeletePrefix("pairs", "x")], Cancellation);

        var left = await client.QueryAsync(database, new("SELECT a FROM pairs"), Cancellation).Select(row => row.GetString(0)).ToListAsync(Cancellation);
        Assert.Equal(["xy"], left);
    }

    private static async Task<long> IncrementAsync(SpannerTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await transaction.QueryAsync(new("SELECT n FROM counters WHERE id = 0"), cancellationToken).ToListAsync(cancellationToken);
        var next = rows.Select(row => row.GetInt64(0)).SingleOrDefault() + 1;
        transaction.Write(SpannerMutations.InsertOrUpdate("counters", ("id", 0L), ("n", next)));
        return next;
    }

    private static async Task<long> ReadCounterAsync(SpannerClient client, string database) => (await client
        .QueryAsync(database, new SpannerStatement("SELECT n FROM counters WHERE id = 0"), Cancellation).SingleAsync(Cancellation)).GetInt64(0);

    private static Task<string> CreateCountersAsync(ServiceProvider services, DatabaseDialect dialect) =>
        EmulatedSpanner.CreateDatabaseAsync(services, dialect, dialect is DatabaseDialect.Postgresql
            ? ["CREATE TABLE counters (id bigint PRIMARY KEY, n bigint)"]
            : ["CREATE TABLE counters (id INT64, n INT64) PRIMARY KEY (id)"]);
}
