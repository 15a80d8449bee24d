using System.Text.Json;
using Npgsql;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Appends that come at the same time share transactions and statements, and nobody can tell by the answers.</summary>
public sealed class PostgresSharedAppendTests
{
    private const int Sessions = 16;
    private const int EventsEach = 5;

    // Not a multiple of three, so without U+0000; too large for one statement with others.
    private const int LargeOne = 50;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData(PostgresDatabase.PythonTables)]
    public async Task Each_of_many_at_once_gets_its_own_answer_and_is_stored_as_it_was_offered(string tables)
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync(tables);
        await using var store = database.Open();
        var keys = Enumerable.Range(0, Sessions).Select(_ => DialectFixture.NewKey()).ToArray();
        foreach (var key in keys)
        {
            await store.CreateAsync(key, ScopedState.Parse("""{"kept":true}""", "state"), Cancellation);
        }

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Sessions * EventsEach).Select(number => store.AppendAsync(
            keys[number % Sessions],
            Offer.Event(
                $"e{number}", Offer.Start.AddSeconds(number),
                delta: number % 2 == 0 ? $$"""{"n{{number}}":{{number}}}""" : "",
                json: number % 3 == 0 ? $$"""{"output":"zero \u0000 and {{number}}"}""" : number == LargeOne ? $$"""{"output":"{{new string('x', 100_000)}}"}""" : ""),
            null, Cancellation)));
        var missing = await Task.WhenAll(keys.Select(key => store.AppendAsync(key with { Id = $"{key.Id}-absent" }, Offer.Event(), null, Cancellation)));
        var stale = await Task.WhenAll(keys.Select((key, number) => store.AppendAsync(key, Offer.Event(at: Offer.Start.AddHours(1)), number % 2 == 0 ? 1 : EventsEach, Cancellation)));

        Assert.All(missing, outcome => Assert.IsType<SessionMissing>(outcome));
        Assert.All(stale.Index(), one => Assert.Equal(one.Index % 2 == 0 ? new RevisionConflict(EventsEach) : new Appended(EventsEach + 1), one.Item));
        for (var at = 0; at < Sessions; at++)
        {
            var mine = Enumerable.Range(0, EventsEach).Select(turn => at + (turn * Sessions)).ToArray();
            var session = (await store.GetAsync(keys[at], EventWindow.All, Cancellation))!;
            Assert.Equal(mine.Select(number => $"e{number}"), session.Events.Take(EventsEach).Select(stored => stored.Id));
            Assert.Equal(mine.Select(number => Offer.Start.AddSeconds(number)), session.Events.Take(EventsEach).Select(stored => stored.Timestamp));
            Assert.Equal(mine.Select(number => outcomes[number]), session.Events.Take(EventsEach).Select(stored => new Appended(stored.Revision)));
            Assert.Equal(Enumerable.Range(1, EventsEach), session.Events.Take(EventsEach).Select(stored => (int)stored.Revision).Order());
            Assert.Equal(
                mine.Where(number => number % 2 == 0).Select(number => $"n{number}").Append("kept").Order(StringComparer.Ordinal),
                session.State.Keys.Order(StringComparer.Ordinal));
            foreach (var (number, stored) in mine.Zip(session.Events).Where(one => one.First % 3 == 0))
            {
                using var json = JsonDocument.Parse(stored.Json);
                Assert.Equal($"zero \0 and {number}", json.RootElement.GetProperty("output").GetString());
            }
        }

        var large = (await store.GetAsync(keys[LargeOne % Sessions], EventWindow.All, Cancellation))!.Events.Single(stored => stored.Id == $"e{LargeOne}");
        Assert.True(large.Json.Length > 100_000);
        var transactions = (long)(await database.ScalarAsync("SELECT count(DISTINCT xmin::text) FROM events WHERE id LIKE 'e%'"))!;
        Assert.True(transactions < outcomes.Length / 2, $"{outcomes.Length} appends took {transactions} transactions.");
    }

    [Fact]
    public async Task One_that_is_refused_does_not_harm_those_that_came_with_it()
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using var store = database.Open(context: new() { Limits = new() { MaxStateBytes = 100 } });
        var keys = Enumerable.Range(0, Sessions).Select(_ => DialectFixture.NewKey()).ToArray();
        foreach (var key in keys)
        {
            await store.CreateAsync(key, ScopedState.Parse($$"""{"a":"{{new string('x', 60)}}"}""", "state"), Cancellation);
        }

        await store.AppendAsync(keys[3], Offer.Event("taken"), null, Cancellation);
        await store.AppendAsync(keys[4], Offer.Event("same"), null, Cancellation);
        for (var round = 0; round < 5; round++)
        {
            var calls = keys.Select((key, number) => store.AppendAsync(
                key,
                number switch
                {
                    3 => Offer.Event("taken", delta: """{"other":1}"""),
                    4 => Offer.Event("same"),
                    5 => Offer.Event($"large-{round}", delta: $$"""{"b":"{{new string('y', 60)}}"}"""),
                    _ => Offer.Event($"{number}-{round}"),
                },
                null, Cancellation)).ToArray();

            Assert.Equal(StorageFailure.StateTooLarge, (await Assert.ThrowsAsync<StorageException>(() => calls[5])).Failure);
            Assert.Equal(new EventIdTaken("taken"), await calls[3]);
            Assert.Equal(1, Assert.IsType<AlreadyAppended>(await calls[4]).Revision);
            foreach (var number in Enumerable.Range(0, Sessions).Where(number => number is < 3 or > 5))
            {
                Assert.Equal(new Appended(round + 1), await calls[number]);
            }
        }
    }

    // Two transactions that lock rows in different orders wait for each other until one of them is given up.
    [Theory]
    [InlineData(3)]
    [InlineData(300)]
    [InlineData(30_000)]
    public async Task Rows_are_looked_up_in_the_order_of_the_appends_however_many_there_are(int sessions)
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using (var store = database.Open())
        {
            await store.CheckAsync(Cancellation);
        }

        await database.ExecuteAsync(
            $"INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time) SELECT 's' || n, 'app', 'user', '{"{}"}', now(), now() FROM generate_series(1, {sessions}) n");
        await database.ExecuteAsync("VACUUM ANALYZE sessions");
        await using var connection = new NpgsqlConnection(database.Address);
        await connection.OpenAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
#pragma warning disable CA2100 // The store's own statements.
        await using var prepare = new NpgsqlCommand($"""
            {PostgresSql.PrepareToAppendTogether};
            PREPARE it (bigint, text[], text[], text[], bigint[], timestamptz[], jsonb[], text[], text[], jsonb[], text[]) AS {new PostgresSql(new()).AppendTogether}
            """, connection, transaction);
#pragma warning restore CA2100
        await prepare.ExecuteNonQueryAsync(Cancellation);

        await using var explain = new NpgsqlCommand(
            "EXPLAIN (COSTS OFF) EXECUTE it (1, '{app}', '{user}', '{s1}', '{NULL}', '{2025-11-01}', '{NULL}', '{e}', '{i}', '{\"{}\"}', '{\"\"}')", connection, transaction);
        await using var reader = await explain.ExecuteReaderAsync(Cancellation);
        var lines = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            lines.Add(reader.GetString(0).Trim());
        }

        var loop = lines.IndexOf("->  Nested Loop");
        var outer = lines.IndexOf("->  Function Scan on o");
        var inner = lines.FindIndex(line => line.Contains("Scan", StringComparison.Ordinal) && line.Contains(" on sessions s", StringComparison.Ordinal));
        Assert.True(loop >= 0 && outer > loop && inner > outer, string.Join('\n', lines));
        Assert.True(sessions == 3 || lines.Any(line => line.StartsWith("Index Cond: (((id)::text = o.session_id)", StringComparison.Ordinal)), string.Join('\n', lines));
    }
}
