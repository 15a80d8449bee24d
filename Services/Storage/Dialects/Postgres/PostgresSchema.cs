using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Creates what is missing, safely when several replicas start at once, and finds out whose layout the tables have.</summary>
internal sealed class PostgresSchema : IAsyncDisposable
{
    // Any fixed number will do, as long as nothing else in the database takes the same advisory lock.
    internal const long LockKey = 0x52756e74696d65;

    private static readonly string[] _indexNames = [.. PostgresSchemaSql.Indexes.Keys];

    private readonly NpgsqlDataSource _source;
    private readonly PostgresIndexes _indexes;
    private readonly ILogger _log;
    private volatile PostgresLayout _layout = PostgresLayout.Of(timeType: null);
    private volatile bool _triggersRefused;

    public PostgresSchema(NpgsqlDataSource source, NpgsqlConnectionStringBuilder settings, ILogger log)
    {
        _source = source;
        _log = log;
        _indexes = new(settings, log);
    }

    /// <summary>Gets the layout that was found last.</summary>
    public PostgresLayout Layout => _layout;

    /// <summary>Makes tables and columns where they are missing. Indexes on tables that others have filled follow in the background.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        // Looking first: a user that may not create tables can still run on tables that are there.
        var found = await ProbeAsync(connection, cancellationToken);
        if (!found.IsComplete)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, $"SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock({LockKey}); {PostgresSchemaSql.CreateTables}", cancellationToken);
            if (found.IsEmpty)
            {
                foreach (var name in (await ProbeAsync(connection, cancellationToken)).MissingIndexes)
                {
                    await ExecuteAsync(connection, $"CREATE INDEX IF NOT EXISTS {name} ON {PostgresSchemaSql.Indexes[name]}", cancellationToken);
                }
            }

            await transaction.CommitAsync(cancellationToken);
            found = await ProbeAsync(connection, cancellationToken);
        }

        await using (var version = new NpgsqlCommand(PostgresSchemaSql.Version, connection))
        {
            RequireVersion(await version.ExecuteScalarAsync(cancellationToken) as string);
        }

        await CompleteAsync(connection, found, cancellationToken);
    }

    /// <summary>Asks a real question, and makes again what another program's schema update dropped in the meantime.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        Probed found;
        await using (var batch = _source.CreateBatch())
        {
            var probe = new NpgsqlBatchCommand(PostgresSchemaSql.Probe);
            probe.Parameters.Array(_indexNames, NpgsqlDbType.Text);
            batch.BatchCommands.Add(probe);
            batch.BatchCommands.Add(new(PostgresSchemaSql.Version));
            batch.BatchCommands.Add(new(PostgresSql.Check));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            found = await ReadAsync(reader, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            RequireVersion(await reader.ReadAsync(cancellationToken) ? reader.GetString(0) : null);
        }

        if (!found.IsComplete)
        {
            await EnsureAsync(cancellationToken);
        }
        else if (found.MissingIndexes.Length > 0 || (!found.HasTriggers && !_triggersRefused))
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await CompleteAsync(connection, found, cancellationToken);
        }
    }

    /// <summary>Looks, and changes nothing.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public async Task<SessionTables> InspectAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var found = await ProbeAsync(connection, cancellationToken);
        if (found.HasVersion)
        {
            await using var version = new NpgsqlCommand(PostgresSchemaSql.Version, connection);
            RequireVersion(await version.ExecuteScalarAsync(cancellationToken) as string);
        }

        if (!found.IsComplete)
        {
            return found.IsEmpty ? SessionTables.None : SessionTables.Incomplete;
        }

        // A user may see tables that it may not read.
        await ExecuteAsync(connection, PostgresSql.Check, cancellationToken);
        return SessionTables.Complete;
    }

    public ValueTask DisposeAsync() => _indexes.DisposeAsync();

    private async Task CompleteAsync(NpgsqlConnection connection, Probed found, CancellationToken cancellationToken)
    {
        _indexes.Make(found.MissingIndexes);
        if (found.HasTriggers || _triggersRefused)
        {
            return;
        }

        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(
                connection, $"SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock({LockKey}); {PostgresSchemaSql.CreateTriggers(found.Schema!)}", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            _triggersRefused = true;
            PostgresLog.TriggersRefused(_log);
        }
    }

    private async Task<Probed> ProbeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(PostgresSchemaSql.Probe, connection);
        command.Parameters.Array(_indexNames, NpgsqlDbType.Text);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(reader, cancellationToken);
    }

    private async Task<Probed> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(2))
        {
            throw V0Refusal.For(migrating: reader.GetBoolean(7));
        }

        _layout = PostgresLayout.Of(reader.IsDBNull(1) ? null : reader.GetString(1));
        return new(
            reader.GetBoolean(0), reader.GetBoolean(3), reader.GetFieldValue<string[]>(4), reader.GetBoolean(5), reader.IsDBNull(6) ? null : reader.GetString(6),
            reader.GetBoolean(8));
    }

    private static void RequireVersion(string? version)
    {
        if (version is not (null or "1"))
        {
            throw new StorageException(
                StorageFailure.SchemaTooNew, $"The session database has ADK schema version '{version}', and this service writes version 1.",
                "Upgrade the service.");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Probed(bool IsComplete, bool IsEmpty, string[] MissingIndexes, bool HasTriggers, string? Schema, bool HasVersion);
}
