using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class SpannerStatementTests
{
    private const long Plenty = 1_000_000;

    private static readonly SpannerTransactionOptions _patient = new() { Deadline = TestTimeouts.Call };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task Numbers_dates_and_arrays_come_back_as_they_were_and_with_their_types(DatabaseDialect dialect)
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, dialect);
        var postgres = dialect is DatabaseDialect.Postgresql;
        var numeric = postgres ? SpannerTypes.PgNumeric : SpannerTypes.Numeric;
        SpannerValue[] sent =
        [
            0.1, 0.1f, double.NaN, new DateOnly(2026, 2, 28), SpannerValue.Numeric("12345678901234567890.123456789", numeric),
            SpannerValue.Array(SpannerTypes.Int64, [1L, SpannerValue.Null(SpannerTypes.Int64), 3L]),
            SpannerValue.Array(SpannerTypes.Date, [new DateOnly(2026, 1, 1)]), SpannerValue.Array(SpannerTypes.Bool, items: null),
        ];

        var row = await client.QueryAsync(
            database,
            new($"SELECT {string.Join(", ", Enumerable.Range(1, sent.Length).Select(number => postgres ? $"${number}" : $"@p{number}"))}", sent),
            Cancellation).SingleAsync(Cancellation);

        Assert.Equal(sent.Select(value => value.Value), row.Values);
        Assert.Equal(sent.Select(value => value.Type), row.Columns.Fields.Select(column => column.Type));
    }

    [Fact]
    public async Task Parameters_may_have_names()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, DatabaseDialect.GoogleStandardSql);

        var row = await client.QueryAsync(
            database, SpannerStatement.Named("SELECT @city || @zip", [new("zip", "9"), new("city", "Bern ")]), Cancellation).SingleAsync(Cancellation);

        Assert.Equal("Bern 9", row.GetString(0));
    }

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task A_statement_that_writes_says_how_many_rows_and_returns_what_it_is_asked_to(DatabaseDialect dialect)
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateItemsAsync(services, dialect);
        var returning = dialect is DatabaseDialect.Postgresql ? "RETURNING" : "THEN RETURN";

        var inserted = await ExecuteAsync(client, database, "INSERT INTO items (id, n) VALUES (1, 10), (2, 20), (3, 30)");
        var updated = await ExecuteAsync(client, database, $"UPDATE items SET n = n + 1 WHERE id <> 2 {returning} id, n");
        var deleted = await ExecuteAsync(client, database, "DELETE FROM items WHERE id = 99");

        Assert.Equal((3, 2, 0), (inserted.RowCount, updated.RowCount, deleted.RowCount));
        Assert.Empty(inserted.Rows);
        Assert.Equal([(1, 11), (3, 31)], updated.Rows.Select(row => (row.GetInt64(0), row.GetInt64(1))).Order());
        Assert.Equal([11, 20, 31], await client.QueryAsync(database, new("SELECT n FROM items ORDER BY id"), Cancellation)
            .Select(row => row.GetInt64(0)).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task Concurrent_statements_on_one_row_are_all_kept(DatabaseDialect dialect)
    {
        const int writers = 8, each = 3;
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateItemsAsync(services, dialect);
        await ExecuteAsync(client, database, "INSERT INTO items (id, n) VALUES (1, 0)");

        await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            for (var i = 0; i < each; i++)
            {
                await ExecuteAsync(client, database, "UPDATE items SET n = n + 1 WHERE id = 1");
            }
        }));

        var row = await client.QueryAsync(database, new SpannerStatement("SELECT n FROM items"), Cancellation).SingleAsync(Cancellation);
        Assert.Equal(writers * each, row.GetInt64(0));
    }

    [Fact]
    public async Task A_query_in_a_transaction_sees_what_a_statement_before_it_wrote()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateItemsAsync(services, DatabaseDialect.GoogleStandardSql);

        var seen = await client.RunInTransactionAsync(
            database,
            async (transaction, cancellation) =>
            {
                await transaction.ExecuteAsync(new("INSERT INTO items (id, n) VALUES (@p1, @p2)", 7L, 70L), Plenty, cancellation);
                return await transaction.QueryAsync(new("SELECT n FROM items"), cancellation).Select(row => row.GetInt64(0)).ToListAsync(cancellation);
            },
            _patient,
            Cancellation);

        Assert.Equal([70], seen);
    }

    [Fact]
    public async Task A_statement_that_the_server_refuses_is_told_and_writes_nothing()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateItemsAsync(services, DatabaseDialect.GoogleStandardSql);
        await ExecuteAsync(client, database, "INSERT INTO items (id, n) VALUES (1, 0)");

        await Assert.ThrowsAsync<AlreadyExistsException>(() => ExecuteAsync(client, database, "INSERT INTO items (id, n) VALUES (2, 0), (1, 0)"));
        await Assert.ThrowsAnyAsync<ServiceException>(() => ExecuteAsync(client, database, "UPDATE absent SET n = 1 WHERE TRUE"));

        Assert.Equal(1, await client.QueryAsync(database, new SpannerStatement("SELECT id FROM items"), Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task A_write_in_a_snapshot_is_refused_by_the_server()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await CreateItemsAsync(services, DatabaseDialect.GoogleStandardSql);

        await Assert.ThrowsAnyAsync<ServiceException>(async () => await client
            .QueryAsync(database, new SpannerStatement("INSERT INTO items (id, n) VALUES (1, 0)"), Cancellation).CountAsync(Cancellation));
    }

    [Fact]
    public async Task Ten_thousand_rows_come_one_by_one_and_the_rest_is_not_read_when_the_caller_stops()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var client = services.GetRequiredService<SpannerClient>();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, DatabaseDialect.GoogleStandardSql);
        var numbers = new SpannerStatement("SELECT n, REPEAT('x', 1000) FROM UNNEST(GENERATE_ARRAY(1, 10000)) AS n ORDER BY n");

        var all = await client.QueryAsync(database, numbers, Cancellation).Select(row => row.GetInt64(0)).ToListAsync(Cancellation);
        var first = await client.QueryAsync(database, numbers, Cancellation).Take(3).Select(row => row.GetInt64(0)).ToListAsync(Cancellation);

        Assert.Equal(Enumerable.Range(1, 10_000).Select(n => (long)n), all);
        Assert.Equal([1, 2, 3], first);
    }

    private static Task<SpannerChange> ExecuteAsync(SpannerClient client, string database, string sql) =>
        client.ExecuteAsync(database, new SpannerStatement(sql), Plenty, _patient, Cancellation);

    private static Task<string> CreateItemsAsync(ServiceProvider services, DatabaseDialect dialect) => EmulatedSpanner.CreateDatabaseAsync(
        services,
        dialect,
        dialect is DatabaseDialect.Postgresql ? "CREATE TABLE items (id bigint PRIMARY KEY, n bigint)" : "CREATE TABLE items (id INT64, n INT64) PRIMARY KEY (id)");
}
