using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>What the wire client alone takes to write an event and its session's time: one commit of two mutations, which reads nothing.</summary>
internal sealed class SpannerFloor(SpannerClient client, string database) : OperationSubject("Spanner client")
{
    public static readonly string[] Schema =
    [
        """
        CREATE TABLE sessions (
            app_name STRING(191) NOT NULL, user_id STRING(191) NOT NULL, id STRING(191) NOT NULL, state STRING(MAX) NOT NULL,
            create_time TIMESTAMP NOT NULL, update_time TIMESTAMP NOT NULL
        ) PRIMARY KEY (app_name, user_id, id)
        """,
        """
        CREATE TABLE events (
            app_name STRING(191) NOT NULL, user_id STRING(191) NOT NULL, session_id STRING(191) NOT NULL, id STRING(191) NOT NULL,
            invocation_id STRING(255) NOT NULL, timestamp TIMESTAMP NOT NULL, event_data STRING(MAX) NOT NULL
        ) PRIMARY KEY (app_name, user_id, session_id, id)
        """,
        "CREATE INDEX events_of_session ON events (app_name, user_id, session_id, timestamp DESC)",
    ];

    private const int Attempts = 1000;
    private const int LongestPause = 64;

    private const string Read = """
        SELECT event_data FROM events WHERE app_name = @app AND user_id = @user AND session_id = @id ORDER BY timestamp DESC LIMIT @limit
        """;

    private const string ListPage = """
        SELECT id, user_id, create_time, update_time, state FROM sessions WHERE app_name = @app ORDER BY update_time, user_id, id LIMIT @limit
        """;

    public static ListValue Row(params ReadOnlySpan<string> values)
    {
        var row = new ListValue();
        foreach (var value in values)
        {
            row.Values.Add(Value.ForString(value));
        }

        return row;
    }

    public static string Time(DateTime time) => time.ToString("O");

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task CreateAsync(string app, string session, CancellationToken cancellationToken)
    {
        var now = Time(DateTime.UtcNow);
        return CommitAsync(
            [
                new Mutation
                {
                    Insert = new()
                    {
                        Table = "sessions",
                        Columns = { "app_name", "user_id", "id", "state", "create_time", "update_time" },
                        Values = { Row(app, SessionCase.User, session, "{}", now, now) },
                    },
                },
            ],
            cancellationToken);
    }

    protected override Task AppendAsync(int caller, string session, CancellationToken cancellationToken)
    {
        var now = DateTime.UtcNow;
        var id = BenchEvent.NewId();
        var json = BenchEvent.Stored(id, new DateTimeOffset(now).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        return CommitAsync(
            [
                new Mutation
                {
                    Update = new()
                    {
                        Table = "sessions",
                        Columns = { "app_name", "user_id", "id", "update_time" },
                        Values = { Row(SessionCase.App, SessionCase.User, session, Time(now)) },
                    },
                },
                new Mutation
                {
                    Insert = new()
                    {
                        Table = "events",
                        Columns = { "app_name", "user_id", "session_id", "id", "invocation_id", "timestamp", "event_data" },
                        Values = { Row(SessionCase.App, SessionCase.User, session, id, BenchEvent.InvocationId, Time(now), json) },
                    },
                },
            ],
            cancellationToken);
    }

    protected override async Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken) =>
        (await client.QueryAsync(database, Read, Parameters(SessionCase.App, session, recent ?? int.MaxValue), cancellationToken)).Rows.Count;

    protected override async Task<int> ListAsync(int caller, string app, CancellationToken cancellationToken) =>
        (await client.QueryAsync(database, ListPage, Parameters(app, session: null, SessionCases.PageSize), cancellationToken)).Rows.Count;

    /// <summary>One call; again where the server aborts it, as the emulator does with all transactions but one at a time.</summary>
    private async Task CommitAsync(IReadOnlyList<Mutation> mutations, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.CommitAsync(database, mutations, cancellationToken);
                return;
            }
            catch (StaleException) when (attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, Math.Min(4 * attempt, LongestPause))), cancellationToken);
            }
        }
    }

    private static Struct Parameters(string app, string? session, int limit)
    {
        var parameters = new Struct { Fields = { ["app"] = Value.ForString(app), ["limit"] = Value.ForString(limit.ToString(System.Globalization.CultureInfo.InvariantCulture)) } };
        if (session is not null)
        {
            parameters.Fields["user"] = Value.ForString(SessionCase.User);
            parameters.Fields["id"] = Value.ForString(session);
        }

        return parameters;
    }
}
