using System.Collections.Concurrent;
using System.Data;
using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>A PostgreSQL database and its connections.</summary>
internal sealed class PostgresSource : ISqlSource
{
    private const int KnownStatements = 1024;

    // The second has a new connection, unless calls beside it met the same and still close the old ones.
    private const int Attempts = 4;

    // What one call may cost those that share its way.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly string _name;
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _connections;
    private readonly NpgsqlDataSource _connectionsOfModels;
    private readonly NpgsqlDataSource _connectionsOfTrips;
    private readonly ConcurrentDictionary<string, PostgresStatement> _statements = new(StringComparer.Ordinal);
    private readonly PostgresTrips? _trips;
    private readonly bool _prepares;

    public PostgresSource(string name, NpgsqlConnectionStringBuilder settings)
    {
        _name = name;
        _settings = settings;
        _prepares = settings.MaxAutoPrepare > 0;
        // The driver's own way to prepare breaks a connection where a statement fails that it prepares there: https://github.com/npgsql/npgsql/issues/6391.
        settings = new(settings.ConnectionString) { MaxAutoPrepare = 0 };
        _connections = NpgsqlDataSource.Create(settings.ConnectionString);
        // Twice the lanes: a trip that takes too long has given back its lane, and not yet its connection.
        _connectionsOfTrips = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { MinPoolSize = 0, MaxPoolSize = Math.Min(settings.MaxPoolSize, 2 * PostgresTrips.Lanes) }.ConnectionString);
        _trips = _prepares ? new(_connectionsOfTrips, Patience) : null;
        // A statement of a model may be a SET: these connections are reset before another call gets them, and prepare nothing.
        _connectionsOfModels = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.ConnectionString) { NoResetOnClose = false }.ConnectionString);
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
        PostgresTrip? alone = null;
        if (_trips is not null && query is { Origin: SqlOrigin.Fixed, Reads: true } && !rows.SendsAhead
            && _statements.TryGetValue(query.Sql, out var statement) && statement is { IsQuick: true, Columns.AreBinary: true }
            && _trips.Join(query, statement, rows, out alone) is { } shared && await shared.ServedAsync(cancellationToken))
        {
            return null;
        }

        using (alone)
        {
            return await QueryAloneAsync(query, rows, cancellationToken);
        }
    }

    private async Task<ToolResult?> QueryAloneAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        var connections = query.Origin is SqlOrigin.Model ? _connectionsOfModels : _connections;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunAsync(connections, query, rows, cancellationToken);
                return null;
            }
            catch (Exception error) when (attempt < Attempts && PostgresErrors.IsOutdated(error))
            {
                // Nothing ran, or it only read: a table has changed since the statement was prepared. Every connection has it prepared that way.
                _statements.TryRemove(query.Sql, out _);
                connections.Clear();
            }
            catch (NpgsqlException error) when (attempt < Attempts && query.Reads && rows.Count is 0 && PostgresErrors.IsCut(error))
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
        }
    }

    /// <summary>Binds the values of a call.</summary>
    public static void Bind(in SqlQuery query, NpgsqlParameterCollection parameters)
    {
        for (var place = 0; place < query.Count; place++)
        {
            // The type is left to the server, which knows what the statement needs: a text may be a date, a number may be a numeric.
            parameters.Add(new NpgsqlParameter<string?> { NpgsqlDbType = NpgsqlDbType.Unknown, TypedValue = PostgresText.Of(query.Arguments[place]) });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _connectionsOfModels.DisposeAsync();
        await _connectionsOfTrips.DisposeAsync();
    }

    private async Task RunAsync(NpgsqlDataSource connections, SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(query.Sql, connection);
        Bind(query, command.Parameters);
        if (_prepares && query.Origin is SqlOrigin.Fixed)
        {
            await command.PrepareAsync(cancellationToken);
        }

        if (!_statements.TryGetValue(query.Sql, out var statement))
        {
            statement = await DescribeAsync(command, query, cancellationToken);
        }

        var isWhole = false;
        try
        {
            var started = Stopwatch.GetTimestamp();
            isWhole = await ReadAsync(command, statement.Columns, query, rows, cancellationToken);
            if (isWhole)
            {
                statement.Ran(started, 1, rows.Count);
            }
        }
        finally
        {
            if (!isWhole)
            {
                statement.Failed();
            }
        }
    }

    private static async Task<bool> ReadAsync(NpgsqlCommand command, PostgresColumns columns, SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        command.UnknownResultTypeList = columns.AsText;
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        if (query.Reads && !columns.AreOf(reader))
        {
            throw new PostgresColumnsException();
        }

        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == query.MaxRows)
            {
                rows.Truncate();
                await EndEarlyAsync(command, reader);
                return false;
            }

            columns.Write(rows.BeginRow(), reader);
            if (!await rows.EndRowAsync(cancellationToken))
            {
                await EndEarlyAsync(command, reader);
                return false;
            }
        }

        return true;
    }

    /// <summary>Asks once for the columns of a statement: those that only the server can write are asked for as text from then on.</summary>
    private async Task<PostgresStatement> DescribeAsync(NpgsqlCommand command, SqlQuery query, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly, cancellationToken);
        var statement = new PostgresStatement(new(reader));
        if (query.Origin is SqlOrigin.Fixed || (query.Origin is SqlOrigin.Spliced && _statements.Count < KnownStatements))
        {
            _statements[query.Sql] = statement;
        }

        return statement;
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
