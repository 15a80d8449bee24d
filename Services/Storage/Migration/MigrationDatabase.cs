using System.Data.Common;
using System.Globalization;
using System.Text;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Migration;

/// <summary>One connection to a database under migration, and the statements that differ between databases.</summary>
internal abstract class MigrationDatabase(DbConnection connection) : IAsyncDisposable
{
    /// <summary>Where version 1 events are gathered until they are complete.</summary>
    public const string Target = "runtime_events_v1";

    /// <summary>The name that the version 0 events keep afterwards.</summary>
    public const string Kept = "events_v0";

    // A quarter of the smallest max_allowed_packet that MySQL has had by default, because each event has more than its JSON.
    private const int MaxTripBytes = 1024 * 1024;

    private DbTransaction? _transaction;

    /// <summary>Gets the database for messages, without user and password.</summary>
    public abstract string Name { get; }

    /// <summary>Gets a shell command that makes a backup.</summary>
    public abstract string Backup { get; }

    /// <summary>Gets whether renaming tables is part of a transaction. Otherwise it is a step of its own, and what is left is done after it.</summary>
    public abstract bool RenamesInTransaction { get; }

    /// <summary>Gets whether JSON text with U+0000 cannot be stored.</summary>
    public virtual bool RefusesNul => false;

    protected DbConnection Connection { get; } = connection;

    /// <summary>Gets the names of the text columns, quoted where a database has the word for itself.</summary>
    protected virtual string KeyColumn => "key";

    public Task OpenAsync(CancellationToken cancellationToken) => Connection.OpenAsync(cancellationToken);

    public virtual ValueTask DisposeAsync() => Connection.DisposeAsync();

    /// <summary>Does all of it or nothing; on a database that cannot take back a change of tables, all but that.</summary>
    public async Task<T> InTransactionAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await using var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        _transaction = transaction;
        try
        {
            var result = await work();
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            _transaction = null;
        }
    }

    /// <summary>Takes the lock that one run at a time has, until the connection closes. False when another run has it.</summary>
    public abstract Task<bool> TryLockAsync(CancellationToken cancellationToken);

    /// <summary>The columns of a table; none when there is no such table.</summary>
    public abstract Task<IReadOnlySet<string>> ColumnsAsync(string table, CancellationToken cancellationToken);

    /// <summary>Makes the table for the mark and the one for version 1 events, where they are missing.</summary>
    public abstract Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Keeps everybody else from writing version 0 events until the transaction ends.</summary>
    public abstract Task LockEventsAsync(CancellationToken cancellationToken);

    /// <summary>Gives the version 0 table its new name, and the version 1 table the old one.</summary>
    public abstract Task RenameAsync(CancellationToken cancellationToken);

    /// <summary>Makes the metadata table that ADK finds its schema version in.</summary>
    public Task CreateMetadataAsync(CancellationToken cancellationToken) => ExecuteAsync(
        $"CREATE TABLE IF NOT EXISTS adk_internal_metadata ({KeyColumn} VARCHAR(128) NOT NULL PRIMARY KEY, value VARCHAR(256) NOT NULL)", [], cancellationToken);

    public async Task SetVersionAsync(int version, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"DELETE FROM adk_internal_metadata WHERE {KeyColumn} = 'schema_version'", [], cancellationToken);
        await ExecuteAsync(
            $"INSERT INTO adk_internal_metadata ({KeyColumn}, value) VALUES ('schema_version', @value)",
            [("@value", version.ToString(CultureInfo.InvariantCulture))], cancellationToken);
    }

    public async Task<string?> VersionAsync(CancellationToken cancellationToken) =>
        await ScalarAsync($"SELECT value FROM adk_internal_metadata WHERE {KeyColumn} = 'schema_version'", [], cancellationToken) as string;

    /// <summary>Reads the mark; <see langword="null"/> where no migration is under way.</summary>
    public async Task<MigrationMark?> MarkAsync(CancellationToken cancellationToken) =>
        (await ColumnsAsync(MigrationMark.Table, cancellationToken)).Count == 0 ? null : MigrationMark.Parse(await ScalarAsync(
            $"SELECT value FROM {MigrationMark.Table} WHERE name = @name", [("@name", MigrationMark.Row)], cancellationToken) as string);

    /// <summary>Writes the mark, or removes it.</summary>
    public async Task SetMarkAsync(MigrationMark? mark, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"DELETE FROM {MigrationMark.Table} WHERE name = @name", [("@name", MigrationMark.Row)], cancellationToken);
        if (mark is not null)
        {
            await ExecuteAsync(
                $"INSERT INTO {MigrationMark.Table} (name, value) VALUES (@name, @value)",
                [("@name", MigrationMark.Row), ("@value", mark.ToString())], cancellationToken);
        }
    }

    public async Task<long> CountAsync(string table, CancellationToken cancellationToken) =>
        Convert.ToInt64(await ScalarAsync($"SELECT count(*) FROM {table}", [], cancellationToken), CultureInfo.InvariantCulture);

    /// <summary>Reads the rows that follow a key, in the order of the primary key.</summary>
    public Task<List<V0Row>> RowsAfterAsync(V0Reader reader, string[]? after, int limit, CancellationToken cancellationToken)
    {
        // The first comparison alone lets every database begin in its index; MySQL does not for a comparison of whole keys.
        var where = after is null ? "" : "WHERE e.id >= @id AND (e.id > @id OR (e.app_name, e.user_id, e.session_id) > (@app, @user, @session))";
        var sql = $"SELECT {reader.SelectList("e", JsonText)} FROM events e {where} ORDER BY e.id, e.app_name, e.user_id, e.session_id LIMIT {limit}";
        return RowsAsync(reader, sql, after is null ? [] : [("@id", after[0]), ("@app", after[1]), ("@user", after[2]), ("@session", after[3])], cancellationToken);
    }

    /// <summary>Reads rows that have come to a version 0 table since they were converted.</summary>
    public Task<List<V0Row>> RowsMissingAsync(V0Reader reader, bool renamed, int limit, CancellationToken cancellationToken) => RowsAsync(reader,
        $"""
        SELECT {reader.SelectList("e", JsonText)} FROM {(renamed ? Kept : "events")} e WHERE NOT EXISTS (
            SELECT 1 FROM {(renamed ? "events" : Target)} n
            WHERE n.id = e.id AND n.app_name = e.app_name AND n.user_id = e.user_id AND n.session_id = e.session_id)
        LIMIT {limit}
        """, [], cancellationToken);

    /// <summary>Writes version 1 events.</summary>
    public async Task InsertAsync(bool renamed, IReadOnlyList<(V0Row Row, ReadOnlyMemory<byte> Json)> events, CancellationToken cancellationToken)
    {
        var sql = $"""
            INSERT INTO {(renamed ? "events" : Target)} (id, app_name, user_id, session_id, invocation_id, timestamp, event_data)
            VALUES (@id, @app, @user, @session, @invocation, {TimeParameter}, {JsonParameter})
            """;
        if (!Connection.CanCreateBatch)
        {
            foreach (var (row, json) in events)
            {
                await ExecuteAsync(sql, Parameters(row, json), cancellationToken);
            }

            return;
        }

        // One trip to the server for many, but no more than any server takes in one message.
        var batch = NewBatch();
        var bytes = 0;
        try
        {
            foreach (var (row, json) in events)
            {
                if (bytes > 0 && bytes + json.Length > MaxTripBytes)
                {
                    await batch.ExecuteNonQueryAsync(cancellationToken);
                    await batch.DisposeAsync();
                    (batch, bytes) = (NewBatch(), 0);
                }

                var command = batch.CreateBatchCommand();
                command.CommandText = sql;
                foreach (var (name, value) in Parameters(row, json))
                {
                    var parameter = command.CreateParameter();
                    (parameter.ParameterName, parameter.Value) = (name, value);
                    command.Parameters.Add(parameter);
                }

                batch.BatchCommands.Add(command);
                bytes += json.Length;
            }

            if (bytes > 0)
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        finally
        {
            await batch.DisposeAsync();
        }
    }

    /// <summary>Says a driver's error in words that hold no secret.</summary>
    public abstract StorageException Translate(DbException error);

    /// <summary>An expression that gives a JSON column as text.</summary>
    protected virtual string JsonText(string column) => column;

    /// <summary>How <c>@json</c> becomes a value of <c>event_data</c>.</summary>
    protected virtual string JsonParameter => "@json";

    /// <summary>How <c>@time</c>, UTC to the microsecond as text, becomes a value of <c>timestamp</c>.</summary>
    protected virtual string TimeParameter => "@time";

    protected StorageException InUse(DbException error) => new(
        StorageFailure.Contention, $"{Name} has its events in use by another program.",
        "Stop the programs that use it, then run the command again: it goes on where it stopped.", error);

    protected async Task ExecuteAsync(string sql, IEnumerable<(string Name, object Value)> parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    protected async Task<object?> ScalarAsync(string sql, IEnumerable<(string Name, object Value)> parameters, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    protected async Task<List<T>> QueryAsync<T>(
        string sql, IEnumerable<(string Name, object Value)> parameters, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, parameters);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var all = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
        {
            all.Add(read(rows));
        }

        return all;
    }

    private Task<List<V0Row>> RowsAsync(
        V0Reader reader, string sql, IEnumerable<(string Name, object Value)> parameters, CancellationToken cancellationToken) =>
        QueryAsync(sql, parameters, reader.Read, cancellationToken);

    private static IEnumerable<(string Name, object Value)> Parameters(V0Row row, ReadOnlyMemory<byte> json) =>
    [
        ("@id", row.Id), ("@app", row.AppName), ("@user", row.UserId), ("@session", row.SessionId), ("@invocation", row.InvocationId ?? ""),
        ("@time", row.Timestamp!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)), ("@json", Encoding.UTF8.GetString(json.Span)),
    ];

    private DbBatch NewBatch()
    {
        var batch = Connection.CreateBatch();
        (batch.Transaction, batch.Timeout) = (_transaction, 0);
        return batch;
    }

    private DbCommand Command(string sql, IEnumerable<(string Name, object Value)> parameters)
    {
        var command = Connection.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = sql;
        // Building an index takes as long as it takes.
        command.CommandTimeout = 0;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
