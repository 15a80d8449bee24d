using System.Text;
using Npgsql;
using Runtime.Testing;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Postgres;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What calls that share a way to the server see of each other: nothing.</summary>
public sealed class PostgresTripsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_that_come_at_the_same_time_share_a_transaction_and_get_each_their_own_rows()
    {
        await using var gateway = await PostgresToolsTests.StartAsync($"""
            {Tool("when", "SELECT now()::text || '' AS at, $1::int AS n")}
              {Tool("twice", "SELECT $1::int * 2 AS n")}
              {Tool("several", "SELECT n FROM generate_series(1, $1::int % 5) n")}
            """);
        using var limit = new CancellationTokenSource(TestTimeouts.Call);
        var transactions = int.MaxValue;
        while (transactions >= 100)
        {
            Assert.False(limit.IsCancellationRequested, "No two calls shared a transaction.");
            var when = Enumerable.Range(0, 100).Select(n => gateway.RowsAsync("when", Argument(n))).ToArray();
            var twice = Enumerable.Range(0, 100).Select(n => gateway.RowsAsync("twice", Argument(n))).ToArray();
            var several = Enumerable.Range(0, 100).Select(n => gateway.RowsAsync("several", Argument(n))).ToArray();

            var moments = await Task.WhenAll(when);
            Assert.All(moments, (rows, n) => Assert.EndsWith($"\"n\":{n}}}]", rows, StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(0, 100).Select(n => $$"""[{"n":{{n * 2}}}]"""), await Task.WhenAll(twice));
            Assert.Equal(Enumerable.Range(0, 100).Select(n => $"[{string.Join(',', Enumerable.Range(1, n % 5).Select(row => $$"""{"n":{{row}}}"""))}]"), await Task.WhenAll(several));
            transactions = moments.Select(rows => rows.Split(',')[0]).Distinct().Count();
        }
    }

    [Fact]
    public async Task Calls_that_write_have_each_their_own_transaction()
    {
        var table = $"t_{Guid.NewGuid():n}";
        await using var gateway = await PostgresToolsTests.StartAsync($"""
            make: {"{"} kind: postgres-sql, source: db, description: d, statement: 'CREATE TABLE {table} (n int)' {"}"}
              write: {"{"} kind: postgres-sql, source: db, description: d, statement: 'INSERT INTO {table} VALUES (1) RETURNING pg_current_xact_id()::text AS x' {"}"}
            """);
        await gateway.RowsAsync("make");

        var transactions = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => gateway.RowsAsync("write")));

        Assert.Equal(200, transactions.Distinct().Count());
    }

    [Fact]
    public async Task An_error_reaches_only_the_call_whose_it_is()
    {
        await using var gateway = await PostgresToolsTests.StartAsync(
            Tool("divide", "SELECT 100 / $1::int AS n FROM pg_sleep(CASE WHEN $1::int = 99 THEN 0.3 ELSE 0 END)", "annotations: { readOnlyHint: true }"));
        // All connections that the calls can need: the driver takes it badly when a statement fails while it is being prepared (npgsql/npgsql#6391).
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => gateway.RowsAsync("divide", Argument(99))));
        for (var round = 0; round < 5; round++)
        {
            await QuickenAsync(gateway, "divide");

            var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => gateway.CallAsync("divide", Argument(n % 20))));

            Assert.All(results, (result, n) =>
            {
                Assert.Equal(n % 20 is 0 ? "SQL_ERROR" : null, result.ErrorCode);
                Assert.Contains(n % 20 is 0 ? "division by zero" : $"{{\"n\":{100 / (n % 20)}}}", result.ToString(), StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public async Task A_call_that_is_slow_for_its_values_does_not_keep_the_others_and_is_answered()
    {
        await using var gateway = await PostgresToolsTests.StartAsync(
            Tool("sleep", "SELECT $1::int AS n FROM pg_sleep(CASE WHEN $1::int = 50 THEN 5 ELSE 0 END)", "annotations: { readOnlyHint: true }"));
        await QuickenAsync(gateway, "sleep");

        var calls = Enumerable.Range(0, 100).Select(n => gateway.RowsAsync("sleep", Argument(n))).ToArray();

        await Task.WhenAll(calls.Where((_, n) => n != 50));
        Assert.False(calls[50].IsCompleted, "The slow call was not slow.");
        Assert.Equal(Enumerable.Range(0, 100).Select(n => $$"""[{"n":{{n}}}]"""), await Task.WhenAll(calls));
    }

    [Fact]
    public async Task Connections_that_are_cut_are_not_noticed()
    {
        var mark = $"mark_{Guid.NewGuid():n}";
        await using var gateway = await PostgresToolsTests.StartAsync(Tool("read", $"SELECT $1::int AS {mark}"));
        await QuickenAsync(gateway, "read");
        await using var database = NpgsqlDataSource.Create(await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation));

        var calls = Enumerable.Range(0, 250).Select(n => gateway.RowsAsync("read", Argument(n))).ToArray();
        await using var cut = database.CreateCommand($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%{mark}%' AND pid <> pg_backend_pid()");
        await cut.ExecuteNonQueryAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 250).Select(n => $$"""[{"{{mark}}":{{n}}}]"""), await Task.WhenAll(calls));
        Assert.Equal($$"""[{"{{mark}}":7}]""", await gateway.RowsAsync("read", Argument(7)));
    }

    [Fact]
    public async Task A_table_that_changes_under_shared_statements_is_read_as_it_is_now()
    {
        var table = $"t_{Guid.NewGuid():n}";
        await using var gateway = await PostgresToolsTests.StartAsync(Tool("read", $"SELECT v FROM {table} WHERE id = $1::int"));
        await using var database = NpgsqlDataSource.Create(await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation));
        await using var make = database.CreateCommand($"CREATE TABLE {table} AS SELECT n AS id, n AS v FROM generate_series(0, 99) n");
        await make.ExecuteNonQueryAsync(Cancellation);

        foreach (var (type, value) in new[] { ("int", "{0}"), ("text", "\"{0}\""), ("bigint", "{0}"), ("xml", "\"{0}\"") })
        {
            await using var change = database.CreateCommand($"ALTER TABLE {table} ALTER v TYPE {type} USING v::text::{type}");
            await change.ExecuteNonQueryAsync(Cancellation);

            var calls = Enumerable.Range(0, 100).Select(n => gateway.RowsAsync("read", Argument(n)));

            Assert.Equal(Enumerable.Range(0, 100).Select(n => $"[{{\"v\":{value.Replace("{0}", $"{n}", StringComparison.Ordinal)}}}]"), await Task.WhenAll(calls));
            await QuickenAsync(gateway, "read");
        }
    }

    [Fact]
    public async Task Rows_end_at_the_limit_for_the_call_that_has_more()
    {
        await using var gateway = await PostgresToolsTests.StartAsync(Tool("several", "SELECT n FROM generate_series(1, $1::int) n", "maxRows: 2"));
        await QuickenAsync(gateway, "several");

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => gateway.CallAsync("several", Argument(n % 50 is 0 ? 3 : 2))));

        Assert.All(results, (result, n) => Assert.Equal($$"""{"rows":[{"n":1},{"n":2}]{{(n % 50 is 0 ? ",\"truncated\":true" : "")}}}""", result.ToString()));
    }

    [Fact]
    public async Task A_caller_who_leaves_is_gone_at_once_and_the_others_are_served()
    {
        await using var database = NpgsqlDataSource.Create(await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation));
        var statement = await StatementAsync(database, "SELECT 1 AS n");
        var trips = new PostgresTrips(database, TestTimeouts.Call);
        var lanes = TakeLanes(trips, statement);
        using var left = Rows();
        using var stayed = Rows();
        using var caller = new CancellationTokenSource();
        var leaves = trips.Join(Query("SELECT 1 AS n"), statement, left, out _)!.ServedAsync(caller.Token);
        var stays = trips.Join(Query("SELECT 1 AS n"), statement, stayed, out _)!.ServedAsync(Cancellation);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.False(stays.IsCompleted, "No lane was idle.");
        lanes.ForEach(lane => lane.Dispose());

        Assert.True(await stays);
        Assert.Equal("""{"rows":[{"n":1}]}""", Encoding.UTF8.GetString(stayed.Complete().Utf8.Span));
        Assert.Equal(0, left.Count);
    }

    [Fact]
    public async Task A_trip_ends_in_the_database_when_all_its_callers_have_left()
    {
        var sql = $"SELECT 1 AS mark_{Guid.NewGuid():n} FROM pg_sleep(300)";
        await using var database = NpgsqlDataSource.Create(await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation));
        var statement = await StatementAsync(database, sql);
        var trips = new PostgresTrips(database, TestTimeouts.Start);
        var lanes = TakeLanes(trips, statement);
        using var rows = Rows();
        using var caller = new CancellationTokenSource();
        var call = trips.Join(Query(sql), statement, rows, out _)!.ServedAsync(caller.Token);
        lanes.ForEach(lane => lane.Dispose());
        await RunningAsync(database, sql, 1);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await RunningAsync(database, sql, 0);
    }

    [Fact]
    public async Task A_lane_that_is_not_given_back_does_not_keep_those_who_wait()
    {
        await using var database = NpgsqlDataSource.Create(await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation));
        var statement = await StatementAsync(database, "SELECT 1 AS n");
        var trips = new PostgresTrips(database, TimeSpan.FromMilliseconds(100));
        var lanes = TakeLanes(trips, statement);
        using var rows = Rows();

        if (trips.Join(Query("SELECT 1 AS n"), statement, rows, out var alone) is { } waits)
        {
            await waits.ServedAsync(Cancellation).WaitAsync(TestTimeouts.Call, Cancellation);
        }

        alone?.Dispose();
        lanes.ForEach(lane => lane.Dispose());
    }

    /// <summary>Calls a tool until its statement counts as quick.</summary>
    private static async Task QuickenAsync(DeclaredGateway gateway, string tool)
    {
        for (var run = 0; run < 40; run++)
        {
            await gateway.RowsAsync(tool, Argument(1));
        }
    }

    private static List<PostgresTrip> TakeLanes(PostgresTrips trips, PostgresStatement statement)
    {
        var lanes = new List<PostgresTrip>();
        for (var lane = 0; lane < PostgresTrips.Lanes; lane++)
        {
            Assert.Null(trips.Join(Query("SELECT 1 AS n"), statement, Rows(), out var alone));
            lanes.Add(alone!);
        }

        return lanes;
    }

    private static async Task<PostgresStatement> StatementAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SchemaOnly, Cancellation);
        return new(new(reader));
    }

    private static async Task RunningAsync(NpgsqlDataSource database, string sql, long count)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = $1");
        command.Parameters.Add(new() { Value = sql });
        using var limit = new CancellationTokenSource(TestTimeouts.Call);
        while ((long)(await command.ExecuteScalarAsync(Cancellation))! != count)
        {
            Assert.False(limit.IsCancellationRequested, $"The statement did not run {count} times.");
        }
    }

    private static SqlQuery Query(string sql) => new(sql, new([]), 0, SqlOrigin.Fixed, Reads: true, int.MaxValue);

    private static RowsWriter Rows() => new(new() { Protocol = "test", Header = _ => null, Caller = "test" }, RowsShape.Declared, new());

    private static string Argument(int n) => $$"""{"n":{{n}}}""";

    private static string Tool(string name, string statement, string more = "") =>
        $$"""{{name}}: { kind: postgres-sql, source: db, description: d, statement: "{{statement}}", parameters: [{ name: n, type: integer, description: d }]{{(more is "" ? "" : $", {more}")}} }""";
}
