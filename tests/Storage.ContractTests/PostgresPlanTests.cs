using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>A database with many sessions of one app and one user, and a session with many events.</summary>
public sealed class LargePostgres : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private PostgresDatabase? _database;

    internal async Task<PostgresDatabase> OpenOrSkipAsync()
    {
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_database is null)
            {
                var database = await PostgresDatabase.CreateOrSkipAsync();
                await using (var store = database.Open())
                {
                    await store.CheckAsync(TestContext.Current.CancellationToken);
                }

                await database.ExecuteAsync("""
                    INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time, runtime_revision)
                    SELECT 's' || n, 'large', CASE WHEN n % 2 = 0 THEN 'busy' ELSE 'u' || n END, '{}', '2025-01-01', timestamptz '2025-01-01' + n * interval '1 s', 1
                    FROM generate_series(1, 50000) AS n ORDER BY md5(n::text);
                    INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data, runtime_revision)
                    SELECT 'e' || n, 'large', 'busy', 's2', 'i', timestamptz '2025-01-01' + n * interval '1 s', '{"author": "user"}', n
                    FROM generate_series(1, 20000) AS n ORDER BY md5(n::text)
                    """);
                await database.ExecuteAsync("VACUUM ANALYZE");
                _database = database;
            }

            return _database;
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _one.Dispose();
    }
}

/// <summary>What a statement reads does not grow with the table, whichever plan the server takes.</summary>
public sealed partial class PostgresPlanTests(LargePostgres large) : IClassFixture<LargePostgres>
{
    // A page of fifty sessions is fifty rows here and there, and as many looks for the user's state. Reading all would be thousands.
    private const int EnoughForAPage = 400;
    private const int EnoughForARow = 150;

    private static readonly StateBytes _state = StateBytes.Of(ScopedState.Parse("""{"a":1,"app:b":1,"user:c":1}""", "s"), new());

    public static TheoryData<string, int, string[]> Statements()
    {
        var write = new PostgresSql(new());
        var data = new TheoryData<string, int, string[]>
        {
            { "why not", EnoughForARow, [PostgresSql.WhyNot, "'large'", "'busy'", "'s2'", "1", "ARRAY['e7', 'x']"] },
            { "head", EnoughForARow, [PostgresSql.Head, "'large'", "'busy'", "'s2'", "1"] },
            { "find users", EnoughForARow, [PostgresSql.Users, "'large'", "'s2'", "1"] },
            { "append", EnoughForARow, [write.AppendFor(_state), "'large'", "'busy'", "'s2'", "1", "NULL::bigint", "'2025-11-01'::timestamptz", "'{}'::jsonb", "'{}'::jsonb", "'{}'::jsonb", "'new'", "'i'", "'{}'::jsonb", "''"] },
            { "append a batch", EnoughForARow, [write.AppendBatchFor(_state), "'large'", "'busy'", "'s2'", "1", "NULL::bigint", "'2025-11-01'::timestamptz", "'{}'::jsonb", "'{}'::jsonb", "'{}'::jsonb", "ARRAY['n1', 'n2']", "ARRAY['i', 'i']", "ARRAY['{}', '{}']", "ARRAY['', '']", "ARRAY['2025-11-01', '2025-11-01']::timestamptz[]", "2::bigint"] },
            { "delete an event", EnoughForARow, [PostgresSql.DeleteEvent, "'large'", "'busy'", "'s2'", "NULL::bigint", "'e9'"] },
            { "find expired", EnoughForARow, [PostgresSql.LockExpired, "1", "100::bigint"] },
        };
        foreach (var hasText in new[] { false, true })
        {
            string[] get = [PostgresSql.GetFor(Layout(hasText)), "'large'", "'busy'", "'s2'", "1"];
            data.Add($"get recent, text {hasText}", EnoughForAPage, [.. get, "'-infinity'::timestamptz", "20::bigint"]);
            data.Add($"get after, text {hasText}", EnoughForAPage, [.. get, "'2025-01-01 05:33:00Z'::timestamptz", "NULL::bigint"]);
        }

        foreach (var descending in new[] { false, true })
        {
            var (ends, revision) = descending ? ("'infinity'", "9223372036854775807") : ("'-infinity'", "-9223372036854775808");
            string[] events = [PostgresSql.ListEventsFor(Layout(hasText: true), descending), "'large'", "'busy'", "'s2'", "1"];
            data.Add($"first events, descending {descending}", EnoughForAPage,
                [.. events, "'-infinity'::timestamptz", "'infinity'::timestamptz", $"{ends}::timestamptz", $"({revision})::bigint", "''", "51::bigint", "1000000::bigint"]);
            data.Add($"events in the middle, descending {descending}", EnoughForAPage,
                [.. events, descending ? "'-infinity'::timestamptz" : "'2025-01-01 02:46:40Z'::timestamptz", descending ? "'2025-01-01 02:46:40.000001Z'::timestamptz" : "'infinity'::timestamptz",
                    "'2025-01-01 02:46:40Z'::timestamptz", "10000::bigint", "'e10000'", "51::bigint", "1000000::bigint"]);
            foreach (var user in new[] { null, "busy" })
            {
                var order = descending ? SessionOrder.UpdateTimeDescending : SessionOrder.UpdateTimeAscending;
                string[] list = [PostgresSql.ListFor(new("large", new() { User = user }, 50, order)), "'large'", user is null ? "NULL::text" : $"'{user}'", "51::bigint", "1"];
                data.Add($"first sessions of {user ?? "all"}, descending {descending}", EnoughForAPage,
                    [.. list, "'-infinity'::timestamptz", "'infinity'::timestamptz", "NULL::text", "'{}'::jsonb", $"{ends}::timestamptz", "''", "''"]);
                data.Add($"sessions of {user ?? "all"} in the middle, descending {descending}", EnoughForAPage,
                    [.. list, descending ? "'-infinity'::timestamptz" : "'2025-01-01 06:56:40Z'::timestamptz", descending ? "'2025-01-01 06:56:40.000001Z'::timestamptz" : "'infinity'::timestamptz",
                        "NULL::text", "'{}'::jsonb", "'2025-01-01 06:56:40Z'::timestamptz", "'busy'", "'s25000'"]);
            }
        }

        return data;

        static PostgresLayout Layout(bool hasText) => PostgresLayout.Of("timestamp with time zone", hasText);
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task A_statement_reads_what_it_returns_and_little_more(string name, int enough, string[] call)
    {
        var database = await large.OpenOrSkipAsync();
        foreach (var mode in new[] { "force_custom_plan", "force_generic_plan", "auto" })
        {
            var plan = await ExplainAsync(database, mode, call);
            var pages = PagesRead().Match(plan).Groups[1].Value;

            TestContext.Current.TestOutputHelper?.WriteLine($"{name}, {mode}: {pages} pages\n{plan}");
            Assert.True(int.Parse(pages, CultureInfo.InvariantCulture) <= enough, $"{name} reads {pages} pages with {mode}:\n{plan}");
        }
    }

    private static async Task<string> ExplainAsync(PostgresDatabase database, string mode, string[] call)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Address) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        var types = string.Join(", ", call.Skip(1).Select(TypeOf));
        var arguments = string.Join(", ", call.Skip(1));
        // What a statement changes is undone; the sixth run is one that may take a plan for all values.
        await using var prepare = new NpgsqlCommand($"SET plan_cache_mode = {mode}; BEGIN; PREPARE it ({types}) AS {call[0]}", connection);
        await prepare.ExecuteNonQueryAsync(cancellation);
        var plan = "";
        for (var run = 0; run < (mode == "auto" ? 7 : 1); run++)
        {
            await using var explain = new NpgsqlCommand($"SAVEPOINT run; EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE it ({arguments})", connection);
            await using (var reader = await explain.ExecuteReaderAsync(cancellation))
            {
                var lines = new List<string>();
                while (await reader.ReadAsync(cancellation))
                {
                    lines.Add(reader.GetString(0));
                }

                plan = string.Join('\n', lines);
            }

            await using var undo = new NpgsqlCommand("ROLLBACK TO run", connection);
            await undo.ExecuteNonQueryAsync(cancellation);
        }

        return plan;
    }

    private static string TypeOf(string argument) =>
        argument.Contains("timestamptz[]", StringComparison.Ordinal) ? "timestamptz[]"
        : argument.StartsWith("ARRAY", StringComparison.Ordinal) ? "text[]"
        : argument.Contains("::", StringComparison.Ordinal) ? argument[(argument.LastIndexOf("::", StringComparison.Ordinal) + 2)..]
        : argument == "1" ? "bigint"
        : "text";

    // The first line of buffers is that of the whole statement: "Buffers: shared hit=12 read=3 dirtied=1".
    [GeneratedRegex(@"Buffers: shared (?:hit|read)=(\d+)")]
    private static partial Regex PagesRead();
}
