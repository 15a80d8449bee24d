using System.Collections.Concurrent;
using System.Data;
using Npgsql;
using NpgsqlTypes;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>A PostgreSQL database and its connections.</summary>
internal sealed class PostgresSource : ISqlSource
{
    private const int KnownStatements = 1024;

    private readonly string _name;
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _connections;
    private readonly NpgsqlDataSource _connectionsOfModels;
    private readonly ConcurrentDictionary<string, PostgresColumns> _columns = new(StringComparer.Ordinal);

    public PostgresSource(string name, NpgsqlConnectionStringBuilder settings)
    {
        _name = name;
        _settings = settings;
        _connections = NpgsqlDataSource.Create(settings.ConnectionString);
        // A statement of a model may be a SET: these connections are reset before another call gets them, and prepare nothing.
        _connectionsOfModels = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { NoResetOnClose = false, MaxAutoPrepare = 0 }.ConnectionString);
    }

    public SqlDialect Dialect => SqlDialect.PostgreSql;

    public IReadOnlyList<KeyValuePair<string, object?>> Telemetry =>
    [
        new("db.system.name", "postgresql"), new("db.namespace", _settings.Database), new("server.address", _settings.Host), new("server.port", _settings.Port),
    ];

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = _connections.CreateCommand("SELECT 1");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            throw PostgresErrors.Explain(_name, _settings, error);
        }
    }

    public async Task<ToolResult?> QueryAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        var connections = query.Origin is SqlOrigin.Model ? _connectionsOfModels : _connections;
        var isSecond = false;
        while (true)
        {
            try
            {
                await RunAsync(connections, query, rows, cancellationToken);
                return null;
            }
            catch (PostgresException error) when (!isSecond && PostgresErrors.IsOutdated(error))
            {
                // Nothing ran: a table has changed since the statement was prepared. Every connection has it prepared that way.
                _columns.TryRemove(query.Sql, out _);
                connections.Clear();
            }
            catch (NpgsqlException error) when (!isSecond && query.Reads && rows.Count is 0 && PostgresErrors.IsCut(error))
            {
                // The server was restarted, so that all connections are like this one.
                connections.Clear();
            }
            catch (PostgresException error) when (PostgresErrors.IsOfStatement(error))
            {
                return ToolResult.CorrectableByModel("SQL_ERROR", PostgresErrors.Words(error));
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                throw PostgresErrors.Explain(_name, _settings, error);
            }

            isSecond = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _connectionsOfModels.DisposeAsync();
    }

    private async Task RunAsync(NpgsqlDataSource connections, SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(query.Sql, connection);
        for (var place = 0; place < query.Count; place++)
        {
            // The type is left to the server, which knows what the statement needs: a text may be a date, a number may be a numeric.
            command.Parameters.Add(new NpgsqlParameter<string?> { NpgsqlDbType = NpgsqlDbType.Unknown, TypedValue = PostgresText.Of(query.Arguments[place]) });
        }

        if (!_columns.TryGetValue(query.Sql, out var columns))
        {
            columns = await DescribeAsync(command, query, cancellationToken);
        }

        command.UnknownResultTypeList = columns.AsText;
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == query.MaxRows)
            {
                rows.Truncate();
                await EndEarlyAsync(command, reader);
                return;
            }

            columns.Write(rows.BeginRow(), reader);
            if (!await rows.EndRowAsync(cancellationToken))
            {
                await EndEarlyAsync(command, reader);
                return;
            }
        }
    }

    /// <summary>Asks once for the columns of a statement: those that only the server can write are asked for as text from then on.</summary>
    private async Task<PostgresColumns> DescribeAsync(NpgsqlCommand command, SqlQuery query, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellationToken);
        var columns = new PostgresColumns(reader);
        if (query.Origin is SqlOrigin.Fixed || (query.Origin is SqlOrigin.Spliced && _columns.Count < KnownStatements))
        {
            _columns[query.Sql] = columns;
        }

        return columns;
    }

    // Closing the reader would read the rest of the rows.
    private static async Task EndEarlyAsync(NpgsqlCommand command, NpgsqlDataReader reader)
    {
        command.Cancel();
        try
        {
            await reader.CloseAsync();
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.QueryCanceled)
        {
            // As asked for.
        }
    }
}
