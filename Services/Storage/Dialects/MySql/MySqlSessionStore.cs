using System.Data;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Sessions in MySQL or MariaDB: a write is one message to the server and one transaction.</summary>
public sealed partial class MySqlSessionStore : ISessionStore
{
    private const int Attempts = 5;

    private readonly MySqlConnectionStringBuilder _settings;
    private readonly MySqlDataSource _source;
    private readonly MySqlSchema _tables;
    private readonly SchemaGate _gate;
    private readonly TimeProvider _time;
    private readonly StorageLimits _limits;
    private volatile MySqlLayout? _layout;
    private long _suspectUntil;

    internal MySqlSessionStore(MySqlConnectionStringBuilder settings, StorageContext context)
    {
        _settings = settings;
        _time = context.Time;
        _limits = context.Limits;
        _tables = new(context.Loggers.CreateLogger<MySqlSessionStore>());
        _source = new MySqlDataSourceBuilder(settings.ConnectionString).UseConnectionOpenedCallback(PrepareAsync).Build();
        _gate = new(LookAsync);
    }

    public Task CheckAsync(CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            // ADK JS drops indexes when it starts, which may be at any time: each check looks again.
            await LookAsync(cancellationToken);
            return await UseAsync(new MySqlScript(Layout).Then("SELECT 1 FROM sessions LIMIT 1"), command => command.ExecuteScalarAsync(cancellationToken), cancellationToken);
        },
        cancellationToken);

    public async Task<SessionTables> InspectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAliveAsync(cancellationToken);
            return await MySqlSchema.InspectAsync(connection, cancellationToken);
        }
        catch (Exception error) when (IsOfDriver(error))
        {
            throw MySqlErrors.Translate(error, _settings);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _gate.Dispose();
    }

    private MySqlLayout Layout => _layout!;

    /// <summary>Waiting writers of a session need what the one before them wrote, so READ COMMITTED; it also locks no gaps between rows.</summary>
    private static async ValueTask PrepareAsync(MySqlConnectionOpenedContext context, CancellationToken cancellationToken)
    {
        if (context.Conditions.HasFlag(MySqlConnectionOpenedConditions.New))
        {
            await using var command = new MySqlCommand(
                """
                SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
                SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 10
                """,
                context.Connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAliveAsync(cancellationToken);
        _layout = await _tables.EnsureAsync(connection, cancellationToken);
    }

    /// <summary>Sends a script and reads its answer.</summary>
    /// <param name="once">The script must not be sent again when its connection turns out broken, so that is found out first.</param>
    private Task<T> UseAsync<T>(MySqlScript script, Func<MySqlCommand, Task<T>> use, CancellationToken cancellationToken, bool once = false) => ConnectedAsync(
        async connection =>
        {
            await using var command = script.On(connection);
            return await use(command);
        },
        once,
        cancellationToken);

    /// <inheritdoc cref="UseAsync"/>
    private Task<T> ReadAsync<T>(MySqlScript script, Func<MySqlDataReader, Task<T>> read, CancellationToken cancellationToken, bool once = false) => UseAsync(
        script,
        async command =>
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var answer = await read(reader);
            // Closing the reader would read on to the end as well, and would say nothing of a commit that failed.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }

            return answer;
        },
        cancellationToken,
        once);

    private async Task<T> ConnectedAsync<T>(Func<MySqlConnection, Task<T>> use, bool once, CancellationToken cancellationToken)
    {
        once |= Environment.TickCount64 < Volatile.Read(ref _suspectUntil);
        await using var connection = once ? await OpenAliveAsync(cancellationToken) : await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            return await use(connection);
        }
        catch (Exception)
        {
            // A statement in the middle failed or was cut off. The next transaction on this connection would commit what was done before it.
            await UndoAsync(connection);
            if (connection.State != ConnectionState.Open)
            {
                // The server may have been started anew, and then all that are in the pool are broken, for as long as the pool keeps them.
                Volatile.Write(ref _suspectUntil, Environment.TickCount64 + (MySqlAddress.IdleSeconds * 1000));
            }

            throw;
        }
    }

    /// <summary>Opens a connection that works; a broken one is given up when it goes back to the pool.</summary>
    private async Task<MySqlConnection> OpenAliveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var connection = await _source.OpenConnectionAsync(cancellationToken);
            if (await connection.PingAsync(cancellationToken))
            {
                return connection;
            }

            await connection.DisposeAsync();
        }
    }

    private static async Task UndoAsync(MySqlConnection connection)
    {
        // A connection that is broken is given up by the pool, and its transaction by the server.
        for (var attempt = 1; attempt <= 3 && connection.State == ConnectionState.Open; attempt++)
        {
            try
            {
                await using var rollback = new MySqlCommand("ROLLBACK", connection) { CommandTimeout = 5 };
                await rollback.ExecuteNonQueryAsync(CancellationToken.None);
                return;
            }
            catch (MySqlException)
            {
                // The end of a cancelled statement may hit the next one instead.
            }
        }
    }

    /// <param name="operation">Gets the number of the attempt, from 1.</param>
    /// <param name="mayRepeat">Whether the operation may run again when it is not known whether it had been done.</param>
    private async Task<T> RunAsync<T>(Func<int, Task<T>> operation, CancellationToken cancellationToken, bool mayRepeat = true)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _gate.PassAsync(cancellationToken);
                return await operation(attempt);
            }
            catch (Exception error) when (error is not OperationCanceledException && attempt < Attempts && MayRetry(error, attempt, mayRepeat))
            {
                if (error is MySqlException known && MySqlErrors.IsOfTables(known))
                {
                    _gate.Close();
                }
            }
            catch (MySqlException error) when (error.ErrorCode is MySqlErrorCode.ColumnCannotBeNull)
            {
                // The statements set one of these two to null on purpose, see MySqlScript.Merged and MySqlSql.ThenMergeShared.
                throw error.Message.Contains("'update_time'", StringComparison.Ordinal) ? Indistinct(error) : _limits.StateTooLarge();
            }
            catch (MySqlException error) when (error.ErrorCode is MySqlErrorCode.PacketTooLarge)
            {
                throw MySqlErrors.PacketTooLarge(Layout.Server, error);
            }
            catch (Exception error) when (IsOfDriver(error))
            {
                throw MySqlErrors.Translate(error, _settings);
            }
        }
    }

    private static bool IsOfDriver(Exception error) => error is MySqlException or System.Net.Sockets.SocketException or IOException or TimeoutException;

    /// <summary>A lost race is tried again at once. A broken connection once, because a pooled one may have died with an earlier server.</summary>
    private static bool MayRetry(Exception error, int attempt, bool mayRepeat) => error is StorageException { Failure: var known }
        ? known == StorageFailure.Contention
        : MySqlErrors.Classify(error) switch
        {
            StorageFailure.Contention => true,
            StorageFailure.Unavailable => attempt == 1 && mayRepeat && error is not MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost },
            _ => false,
        };

    private static StorageException Indistinct(Exception? inner = null) => new(
        StorageFailure.InvalidData,
        "The tables cannot tell a name or id of this call from one that is there and differs in case, accents or trailing spaces only.",
        "Use another one, or give the key columns of the tables a binary collation.", inner);
}
