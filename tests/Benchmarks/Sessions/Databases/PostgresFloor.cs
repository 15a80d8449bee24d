using Npgsql;
using NpgsqlTypes;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>What Npgsql alone takes to keep an event and the fact that its session changed, with prepared statements.</summary>
/// <param name="source">The connections; all floors share them, because the server has only so many.</param>
/// <param name="oneStatement">Whether an append is one statement, or a transaction of its own as most code writes it.</param>
internal sealed class PostgresFloor(NpgsqlDataSource source, bool oneStatement) : OperationSubject(oneStatement ? "Npgsql, one statement" : "Npgsql, transaction")
{
    /// <summary>ADK's tables as ADK JS types them, with the keys that reading a session and a page need.</summary>
    /// <remarks>Lists have a table of their own: an index on the time of the last change would cost each append.</remarks>
    public const string Schema = """
        CREATE TABLE sessions (
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state jsonb NOT NULL,
            create_time timestamptz NOT NULL, update_time timestamptz NOT NULL, revision bigint NOT NULL DEFAULT 0, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE events (
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, session_id varchar(191) NOT NULL,
            invocation_id varchar(255) NOT NULL, timestamp timestamptz NOT NULL, event_data jsonb NOT NULL, revision bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (id, app_name, user_id, session_id));
        CREATE INDEX ON events (app_name, user_id, session_id, timestamp DESC);
        CREATE TABLE listed_sessions (LIKE sessions INCLUDING ALL);
        CREATE INDEX ON listed_sessions (app_name, update_time, user_id, id);
        """;

    private const string UpdateSession = "UPDATE sessions SET update_time = $4, revision = revision + 1 WHERE app_name = $1 AND user_id = $2 AND id = $3";

    private const string InsertEvent = """
        INSERT INTO events (app_name, user_id, session_id, timestamp, id, invocation_id, event_data) VALUES ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string AppendInOne = $"""
        WITH changed AS ({UpdateSession} RETURNING revision)
        INSERT INTO events (app_name, user_id, session_id, timestamp, id, invocation_id, event_data, revision)
        SELECT $1, $2, $3, $4, $5, $6, $7, revision FROM changed
        """;

    private const string CreateSession =
        "INSERT INTO sessions (app_name, user_id, id, create_time, update_time, state) VALUES ($1, $2, $3, $4, $4, '{}')";

    private const string Read = """
        SELECT event_data FROM events WHERE app_name = $1 AND user_id = $2 AND session_id = $3 ORDER BY timestamp DESC LIMIT $4
        """;

    private const string ListPage = """
        SELECT id, user_id, create_time, update_time, state FROM listed_sessions WHERE app_name = $1 ORDER BY update_time, user_id, id LIMIT $2
        """;

    // Beside the first floor, in the same tables.
    private readonly string _user = oneStatement ? SessionCase.User : $"{SessionCase.User}-2";

    /// <summary>Only appends differ between the two forms.</summary>
    public override bool Does(Operation operation) => oneStatement || operation == Operation.Append;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override async Task CreateAsync(string app, string session, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(CreateSession);
        AddKey(command.Parameters, app, session);
        command.Parameters.Add(Now());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    protected override async Task AppendAsync(int caller, string session, CancellationToken cancellationToken)
    {
        var now = Now();
        if (oneStatement)
        {
            await using var command = source.CreateCommand(AppendInOne);
            AddKey(command.Parameters, SessionCase.App, session);
            command.Parameters.Add(now);
            AddEvent(command.Parameters, now.TypedValue);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return;
        }

        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var update = new NpgsqlCommand(UpdateSession, connection, transaction);
        AddKey(update.Parameters, SessionCase.App, session);
        update.Parameters.Add(now);
        await update.ExecuteNonQueryAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(InsertEvent, connection, transaction);
        AddKey(insert.Parameters, SessionCase.App, session);
        insert.Parameters.Add(now.Clone());
        AddEvent(insert.Parameters, now.TypedValue);
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    protected override async Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Read);
        AddKey(command.Parameters, SessionCase.App, session);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = recent ?? int.MaxValue });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<byte[]>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(reader.GetFieldValue<byte[]>(0));
        }

        return events.Count;
    }

    protected override async Task<int> ListAsync(int caller, string app, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(ListPage);
        command.Parameters.Add(Text(app));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = SessionCases.PageSize });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var count = 0;
        for (; await reader.ReadAsync(cancellationToken); count++)
        {
            _ = (reader.GetString(0), reader.GetString(1), reader.GetDateTime(2), reader.GetDateTime(3), reader.GetFieldValue<byte[]>(4));
        }

        return count;
    }

    private void AddKey(NpgsqlParameterCollection parameters, string app, string session)
    {
        parameters.Add(Text(app));
        parameters.Add(Text(_user));
        parameters.Add(Text(session));
    }

    private static void AddEvent(NpgsqlParameterCollection parameters, DateTime time)
    {
        var id = BenchEvent.NewId();
        parameters.Add(Text(id));
        parameters.Add(Text(BenchEvent.InvocationId));
        parameters.Add(new NpgsqlParameter<string> { TypedValue = BenchEvent.Stored(id, Milliseconds(time)), NpgsqlDbType = NpgsqlDbType.Jsonb });
    }

    private static string Milliseconds(DateTime time) =>
        ((DateTimeOffset)time).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static NpgsqlParameter<DateTime> Now() => new() { TypedValue = DateTime.UtcNow, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}
