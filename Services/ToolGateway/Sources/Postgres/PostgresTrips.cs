using System.Diagnostics;
using Npgsql;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>Lets calls that come at the same time share the way to the server and back, where that way is most of what they cost.</summary>
/// <remarks>
/// <para>
/// Nothing waits for company. A call sets off at once while a lane is idle; what comes meanwhile goes out together when a lane comes back.
/// </para>
/// <para>
/// Only quick statements that read may share. A trip is one transaction: it brings the answers of all its calls, or none. When the server refuses
/// one of them or it takes long, each call is run again by itself: none suffers from another, and each gets the answer or error that is its own.
/// </para>
/// </remarks>
/// <param name="connections">Connections that nothing else uses: all are closed when a trip fails.</param>
/// <param name="patience">How long a trip may take before its calls are run by themselves.</param>
internal sealed class PostgresTrips(NpgsqlDataSource connections, TimeSpan patience)
{
    // One alone would leave the server idle while answers travel; more of them share less.
    public const int Lanes = 2;

    // Those that find so many waiting go by themselves, so that nobody waits for ever longer.
    private const int MostTogether = 32;

    private readonly Lock _lock = new();
    private List<PostgresSharedCall> _waiting = [];
    private int _underWay;

    /// <summary>Lets a call wait for a trip, or go by itself.</summary>
    /// <param name="alone">The lane that a call has which goes by itself, for it to give back; null where all lanes are taken.</param>
    /// <returns>The call that waits; null for one that goes by itself.</returns>
    public PostgresSharedCall? Join(in SqlQuery query, PostgresStatement statement, RowsWriter rows, out PostgresTrip? alone)
    {
        lock (_lock)
        {
            if (_underWay == Lanes)
            {
                alone = null;
                if (_waiting.Count == MostTogether)
                {
                    return null;
                }

                var call = new PostgresSharedCall(query, statement, rows);
                _waiting.Add(call);
                return call;
            }

            _underWay++;
        }

        alone = new PostgresTrip(this, [], patience);
        alone.SetOff();
        return null;
    }

    /// <summary>Takes a lane back, and sends out what waits.</summary>
    public void GiveBack()
    {
        List<PostgresSharedCall> together;
        lock (_lock)
        {
            if (_waiting.Count is 0)
            {
                _underWay--;
                return;
            }

            together = _waiting;
            _waiting = [];
        }

        _ = RunAsync(new PostgresTrip(this, together, patience));
    }

    private async Task RunAsync(PostgresTrip trip)
    {
        using (trip)
        {
            try
            {
                await ExecuteAsync(trip.Board(), trip.Cancellation);
                trip.Arrive();
            }
#pragma warning disable CA1031 // By itself, each of them finds out what is wrong, if it is wrong with that call.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }

    private async Task ExecuteAsync(List<PostgresSharedCall> calls, CancellationToken cancellationToken)
    {
        if (calls.Count is 0)
        {
            return;
        }

        // The trace of the first of them shows the trip.
        Activity.Current = calls[0].Activity;
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        try
        {
            await ReadAsync(connection, calls, cancellationToken);
        }
        catch (Exception)
        {
            // The driver may be wrong about what is prepared on a connection where part of a batch failed: none of them is used again.
            connections.Clear();
            throw;
        }
    }

    private static async Task ReadAsync(NpgsqlConnection connection, List<PostgresSharedCall> calls, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        calls.ForEach(call => batch.BatchCommands.Add(call.Command()));
        await batch.PrepareAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            foreach (var call in calls)
            {
                await call.ReadAsync(reader, cancellationToken);
                await reader.NextResultAsync(cancellationToken);
            }
        }

        calls.ForEach(call => call.Ran(started, calls.Count));
    }
}
