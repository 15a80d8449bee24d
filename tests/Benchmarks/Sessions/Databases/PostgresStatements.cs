using Npgsql;
using NpgsqlTypes;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>The floor's prepared statements, a round trip each; the bare service runs the same.</summary>
internal sealed class PostgresStatements(NpgsqlDataSource source)
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

    public async Task CreateAsync(RowKey key, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(CreateSession);
        AddKey(command.Parameters, key);
        command.Parameters.Add(Time(now));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Appends by one statement.</summary>
    public async Task AppendAsync(RowKey key, EventRow appended, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(AppendInOne);
        AddKey(command.Parameters, key);
        command.Parameters.Add(Time(appended.Time));
        AddEvent(command.Parameters, appended);
        Require(await command.ExecuteNonQueryAsync(cancellationToken), key);
    }

    /// <summary>Appends by a transaction with two statements.</summary>
    public async Task AppendInTransactionAsync(RowKey key, EventRow appended, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var update = new NpgsqlCommand(UpdateSession, connection, transaction);
        AddKey(update.Parameters, key);
        update.Parameters.Add(Time(appended.Time));
        Require(await update.ExecuteNonQueryAsync(cancellationToken), key);
        await using var insert = new NpgsqlCommand(InsertEvent, connection, transaction);
        AddKey(insert.Parameters, key);
        insert.Parameters.Add(Time(appended.Time));
        AddEvent(insert.Parameters, appended);
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Reads the stored text of a session's events, newest first.</summary>
    /// <typeparam name="T">What it becomes: text, or the bytes as they come.</typeparam>
    public async Task<List<T>> ReadAsync<T>(RowKey key, int recent, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Read);
        AddKey(command.Parameters, key);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = recent });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(reader.GetFieldValue<T>(0));
        }

        return events;
    }

    /// <summary>Reads the first page of an app's sessions: id, user, time of creation, time of the last change, state.</summary>
    public async Task<List<T>> ListAsync<T>(string app, int count, Func<NpgsqlDataReader, T> make, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(ListPage);
        command.Parameters.Add(Text(app));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(make(reader));
        }

        return rows;
    }

    private static void AddKey(NpgsqlParameterCollection parameters, RowKey key)
    {
        parameters.Add(Text(key.App));
        parameters.Add(Text(key.User));
        parameters.Add(Text(key.Session));
    }

    private static void AddEvent(NpgsqlParameterCollection parameters, EventRow appended)
    {
        parameters.Add(Text(appended.Id));
        parameters.Add(Text(appended.InvocationId));
        parameters.Add(new NpgsqlParameter<string> { TypedValue = appended.Json, NpgsqlDbType = NpgsqlDbType.Jsonb });
    }

    // Whoever writes nothing is fast.
    private static void Require(int changed, RowKey key)
    {
        if (changed != 1)
        {
            throw new InvalidOperationException($"There is no session '{key.Session}'.");
        }
    }

    private static NpgsqlParameter<DateTime> Time(DateTime value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}

/// <summary>Whose session, and which.</summary>
internal readonly record struct RowKey(string App, string User, string Session);

/// <summary>An event as the floor's table keeps it.</summary>
internal readonly record struct EventRow(string Id, string InvocationId, DateTime Time, string Json);
