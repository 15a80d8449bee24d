using Microsoft.Extensions.Logging;
using Npgsql;
using Runtime.Storage.Events;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Sessions in PostgreSQL: each operation is one round trip and, where it writes, one transaction.</summary>
public sealed partial class PostgresSessionStore : ISessionStore, ISessionSignals
{
    private const int Attempts = 5;

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _source;
    private readonly PostgresAppendQueue _appends;
    private readonly PostgresSchema _schema;
    private readonly SchemaGate _gate;
    private readonly PostgresSql _sql;
    private readonly StorageLimits _limits;
    private readonly TimeProvider _time;

    internal PostgresSessionStore(NpgsqlConnectionStringBuilder settings, StorageContext context)
    {
        _settings = settings;
        _limits = context.Limits;
        _time = context.Time;
        _sql = new(_limits);
        _source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        _appends = new(_source, _sql);
        _schema = new(_source, settings, context.Loggers.CreateLogger<PostgresSessionStore>());
        _gate = new(_schema.EnsureAsync);
    }

    private PostgresLayout Layout => _schema.Layout;

    private long Now => EventTime.Micros(_time.GetUtcNow());

    public Task CheckAsync(CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            await _schema.CheckAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public async Task<SessionTables> InspectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _schema.InspectAsync(cancellationToken);
        }
        catch (Exception error) when (IsOfDriver(error))
        {
            throw PostgresErrors.Translate(error, PostgresErrors.Classify(error), _settings);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _schema.DisposeAsync();
        await _source.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>Runs an operation, again where that may help.</summary>
    /// <param name="operation">
    /// Gets the error of an earlier run whose outcome is not known, because its connection broke; <see langword="null"/> when nothing of it
    /// can have been done. It throws that error when it cannot tell its own earlier work from another writer's.
    /// </param>
    private async Task<T> RunAsync<T>(Func<Exception?, Task<T>> operation, CancellationToken cancellationToken)
    {
        Exception? broken = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _gate.PassAsync(cancellationToken);
                return await operation(broken);
            }
            catch (Exception error) when (attempt < Attempts && PostgresErrors.IsLostRace(error))
            {
                if (PostgresErrors.IsSchemaChange(error))
                {
                    _gate.Close();
                }
            }
            catch (Exception error) when (broken is null && PostgresErrors.IsCut(error))
            {
                // The server may have been restarted: then all that the pool holds is dead.
                _source.Clear();
                broken = error;
            }
            catch (Exception error) when (IsOfDriver(error))
            {
                throw PostgresErrors.Translate(error, PostgresErrors.Classify(error), _settings);
            }
        }
    }

    private static bool IsOfDriver(Exception error) => error is NpgsqlException or System.Net.Sockets.SocketException or IOException or TimeoutException;
}
