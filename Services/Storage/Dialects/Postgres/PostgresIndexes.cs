using Microsoft.Extensions.Logging;
using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Makes indexes on tables in use, in the background and without holding up their writers; until then reads are slower and right.</summary>
internal sealed class PostgresIndexes : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task _making = Task.CompletedTask;
    private string _lastFailure = "";

    public PostgresIndexes(NpgsqlConnectionStringBuilder settings, ILogger log)
    {
        // A connection of its own: it may be long at work, and its end is the end of the lock.
        _settings = new(settings.ConnectionString) { Pooling = false, CommandTimeout = 0 };
        _log = log;
    }

    /// <summary>Begins to make these, unless that is under way, or is not allowed.</summary>
    public void Make(string[] missing)
    {
        lock (_lock)
        {
            if (missing.Length > 0 && _making.IsCompleted && _lastFailure != PostgresErrorCodes.InsufficientPrivilege)
            {
                _making = Task.Run(() => MakeAsync(missing));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _making;
        _stop.Dispose();
    }

    private async Task MakeAsync(string[] missing)
    {
        try
        {
            await using var connection = new NpgsqlConnection(_settings.ConnectionString);
            await connection.OpenAsync(_stop.Token);
            // Not waiting for another replica's turn: CREATE INDEX CONCURRENTLY waits for every statement that runs, so also for one that waits.
            if (await ExecuteAsync(connection, $"SELECT pg_try_advisory_lock({PostgresSchema.LockKey + 1})") is not true)
            {
                return;
            }

            foreach (var name in missing)
            {
                // Another replica may have made it since it was missed; what it left behind when it was broken off is not valid, and in the way.
                if (await ExecuteAsync(connection, $"SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{name}')") is true)
                {
                    continue;
                }

                PostgresLog.IndexBegun(_log, name);
                await ExecuteAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {name}");
                await ExecuteAsync(connection, $"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {PostgresSchemaSql.Indexes[name]}");
                PostgresLog.IndexMade(_log, name);
            }

            _lastFailure = "";
        }
        catch (OperationCanceledException)
        {
            // The store is closed; the next one looks again.
        }
        catch (Exception error) when (error is NpgsqlException or System.Net.Sockets.SocketException or IOException or TimeoutException)
        {
            // Every health check begins another try: the log says each kind of failure once.
            var failure = error is PostgresException { SqlState: var state } ? state : error.GetType().Name;
            if (failure != _lastFailure)
            {
                _lastFailure = failure;
                PostgresLog.IndexFailed(_log, failure);
            }
        }
    }

    private async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(_stop.Token);
    }
}
