using System.Diagnostics;
using Npgsql;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>A call that waits for a trip, or is on one.</summary>
internal sealed class PostgresSharedCall(SqlQuery query, PostgresStatement statement, RowsWriter rows)
{
    private readonly Lock _lock = new();

    // Elsewhere, so that one caller's next step does not hold up the answers to the others.
    private readonly TaskCompletionSource<bool> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PostgresTrip? _trip;
    private bool _isOver;
    private long _read;

    /// <summary>Gets the activity of the caller.</summary>
    public Activity? Activity { get; } = Activity.Current;

    /// <summary>Waits for the rows.</summary>
    /// <returns>False when the call is to be run by itself.</returns>
    public async Task<bool> ServedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _served.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _isOver = true;
            }

            _trip?.Leave();
            throw;
        }
    }

    public NpgsqlBatchCommand Command()
    {
        var command = new NpgsqlBatchCommand(query.Sql);
        PostgresSource.Bind(query, command.Parameters);
        return command;
    }

    /// <summary>Goes on a trip, unless the caller has left.</summary>
    public bool Board(PostgresTrip trip)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return false;
            }

            _trip = trip;
            trip.Enter();
            return true;
        }
    }

    /// <summary>Reads the rows; those of a caller who has left are left out.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!statement.Columns.AreOf(reader))
        {
            throw new PostgresColumnsException();
        }

        var takes = true;
        while (await reader.ReadAsync(cancellationToken))
        {
            _read++;
            lock (_lock)
            {
                takes = takes && !_isOver && Take(reader);
            }
        }
    }

    public void Ran(long started, int together) => statement.Ran(started, together, _read);

    /// <summary>Ends the wait, unless it has ended; from then on the rows are the caller's.</summary>
    public void End(bool served)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            if (!served)
            {
                rows.StartOver();
            }

            _served.SetResult(served);
        }
    }

    private bool Take(NpgsqlDataReader reader)
    {
        if (rows.Count == query.MaxRows)
        {
            rows.Truncate();
            return false;
        }

        statement.Columns.Write(rows.BeginRow(), reader);
        return rows.EndRow();
    }
}
