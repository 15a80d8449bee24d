using System.Globalization;
using System.Text.Json;
using MySqlConnector;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Sources.MySql;

/// <summary>A MySQL or MariaDB database and its connections.</summary>
/// <remarks>The driver resets a connection before each use, so that none is broken, and none keeps what another call set.</remarks>
internal sealed class MySqlSource(string name, MySqlConnectionStringBuilder settings) : ISqlSource
{
    private readonly MySqlDataSource _connections = new(settings.ConnectionString);

    public SqlDialect Dialect => SqlDialect.MySql;

    public IReadOnlyList<KeyValuePair<string, object?>> Telemetry =>
    [
        new("db.system.name", "mysql"), new("db.namespace", settings.Database), new("server.address", settings.Server), new("server.port", (int)settings.Port),
    ];

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _connections.OpenConnectionAsync(cancellationToken);
            if (!await connection.PingAsync(cancellationToken))
            {
                throw MySqlErrors.Unavailable(name, settings, null);
            }
        }
        catch (MySqlException error)
        {
            throw MySqlErrors.Explain(name, settings, error);
        }
    }

    public async Task<ToolResult?> QueryAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(query, rows, cancellationToken);
            return null;
        }
        catch (MySqlException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (MySqlException error) when (MySqlErrors.IsOfStatement(error))
        {
            return ToolResult.CorrectableByModel("SQL_ERROR", $"{error.Message} (SQLSTATE {error.SqlState})");
        }
        catch (MySqlException error)
        {
            throw MySqlErrors.Explain(name, settings, error);
        }
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    private async Task RunAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        await using var connection = await _connections.OpenConnectionAsync(cancellationToken);
        await using var command = new MySqlCommand(query.Sql, connection);
        for (var place = 0; place < query.Count; place++)
        {
            command.Parameters.Add(new() { Value = ValueOf(query.Arguments[place]) });
        }

        if (query.Count > 0)
        {
            // Otherwise the driver would write the values into the statement: a float would become a decimal, and how a quote is escaped depends on the server's mode.
            await command.PrepareAsync(cancellationToken);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var writers = Enumerable.Range(0, reader.FieldCount).Select(place => MySqlValues.WriterOf(reader, place)).ToArray();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == query.MaxRows)
            {
                rows.Truncate();
                command.Cancel();
                return;
            }

            var json = rows.BeginRow();
            json.WriteStartObject();
            for (var place = 0; place < writers.Length; place++)
            {
                json.WritePropertyName(reader.GetName(place));
                if (reader.IsDBNull(place))
                {
                    json.WriteNullValue();
                }
                else
                {
                    writers[place](json, reader, place);
                }
            }

            json.WriteEndObject();
            if (!await rows.EndRowAsync(cancellationToken))
            {
                // Closing the reader would read the rest of the rows.
                command.Cancel();
                return;
            }
        }
    }

    private static object ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => DBNull.Value,
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : double.Parse(value.GetRawText(), CultureInfo.InvariantCulture),
        _ => value.GetRawText(),
    };
}
