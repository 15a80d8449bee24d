using System.Text.Json;
using Microsoft.Data.Sqlite;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;
using SQLitePCL;

namespace Runtime.ToolGateway.Sources.Sqlite;

/// <summary>A SQLite database and its connections.</summary>
internal sealed class SqliteSource : ISqlSource
{
    private const int BusySeconds = 5;

    private readonly string _name;
    private readonly string _database;
    private readonly string _connection;
    private readonly Lazy<SqliteConnection?> _keeper;

    public SqliteSource(string name, string database)
    {
        _name = name;
        _database = database;
        var inMemory = database is ":memory:";
        _connection = new SqliteConnectionStringBuilder
        {
            DataSource = inMemory ? $"tools-{Guid.NewGuid():n}" : database,
            Mode = inMemory ? SqliteOpenMode.Memory : SqliteOpenMode.ReadWriteCreate,
            Cache = inMemory ? SqliteCacheMode.Shared : SqliteCacheMode.Default,
            // How long a statement waits for another one that writes.
            DefaultTimeout = BusySeconds,
        }.ConnectionString;
        // A database in memory lives as long as a connection to it.
        _keeper = new(() => inMemory ? Open() : null);
    }

    public SqlDialect Dialect => SqlDialect.Sqlite;

    public IReadOnlyList<KeyValuePair<string, object?>> Telemetry => [new("db.system.name", "sqlite"), new("db.namespace", _database)];

    public Task CheckAsync(CancellationToken cancellationToken) => RunAsync(
        connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM sqlite_master";
            return command.ExecuteScalar();
        },
        cancellationToken);

    public async Task<ToolResult?> QueryAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync<ToolResult?>(
                connection =>
                {
                    Query(connection, query, rows, cancellationToken);
                    return null;
                },
                cancellationToken);
        }
        catch (SqliteException error)
        {
            return ToolResult.CorrectableByModel("SQL_ERROR", error.Message);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_keeper is { IsValueCreated: true, Value: { } keeper })
        {
            keeper.Dispose();
        }

        using var pooled = new SqliteConnection(_connection);
        SqliteConnection.ClearPool(pooled);
        return default;
    }

    private static void Query(SqliteConnection connection, SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        using var command = connection.CreateCommand();
        command.CommandText = SqlDialect.Sqlite.NumberPlaceholders(query.Sql);
        for (var place = 0; place < query.Count; place++)
        {
            command.Parameters.AddWithValue($"?{place + 1}", ValueOf(query.Arguments[place]));
        }

        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (rows.Count == query.MaxRows)
            {
                rows.Truncate();
                return;
            }

            var json = rows.BeginRow();
            json.WriteStartObject();
            for (var place = 0; place < reader.FieldCount; place++)
            {
                json.WritePropertyName(reader.GetName(place));
                Write(json, reader, place);
            }

            json.WriteEndObject();
            // Nothing waits here unless the caller reads a stream, and then it is the caller that is waited for.
            if (!rows.EndRowAsync(cancellationToken).AsTask().GetAwaiter().GetResult())
            {
                return;
            }
        }
    }

    private static object ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => DBNull.Value,
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => 1L,
        JsonValueKind.False => 0L,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        _ => value.GetRawText(),
    };

    private static void Write(Utf8JsonWriter json, SqliteDataReader row, int place)
    {
        switch (row.GetValue(place))
        {
            case long whole:
                json.WriteNumberValue(whole);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteStringValue(number > 0 ? "Infinity" : "-Infinity");
                break;
            case byte[] bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case string text when text.StartsWith('{') || text.StartsWith('['):
                WriteDocument(json, text);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    /// <summary>SQLite keeps JSON as text.</summary>
    private static void WriteDocument(Utf8JsonWriter json, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(text);
        }
    }

    /// <summary>Works on a thread of its own, because the driver waits where it stands; a cancelled call ends the statement.</summary>
    private async Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(
                () =>
                {
                    _ = _keeper.Value;
                    using var connection = Open();
                    using var interrupt = cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle));
                    return work(connection);
                },
                cancellationToken);
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (SqliteException error) when (error.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED)
        {
            throw new UnavailableException(
                $"Source '{_name}' (SQLite file '{_database}') is being written for more than {BusySeconds} s. Fix: call the tool again.", reason: "SOURCE_BUSY", inner: error);
        }
        catch (SqliteException error) when (error.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_NOTADB or raw.SQLITE_IOERR or raw.SQLITE_FULL or raw.SQLITE_CORRUPT
            or raw.SQLITE_PERM or raw.SQLITE_READONLY)
        {
            throw new UnavailableException(
                $"Source '{_name}' (SQLite file '{_database}') cannot be used (SQLite error {error.SqliteErrorCode}). Fix: check that it is a database that this service may read and write.",
                reason: "SOURCE_UNAVAILABLE", inner: error);
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connection);
        connection.Open();
        return connection;
    }
}
