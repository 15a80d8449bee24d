using System.Data.Common;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Migration;

/// <summary>Brings the tables of one database to the newest schema version, in place.</summary>
/// <remarks>
/// Version 0 to 1: events are converted in batches into a table of their own, each batch with a mark of how far it came in one transaction; then
/// the tables change names, and the old one is kept as <c>events_v0</c> for the operator to drop. Until that moment ADK of schema version 0 can
/// go on, and what it writes meanwhile is converted as well. A run that ended early, however it did, is continued by the next. One run works at a
/// time; another waits for it, or, on SQLite, takes turns with it.
/// </remarks>
public sealed class StorageMigrator
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(500);

    private readonly Func<MigrationDatabase> _database;
    private readonly MigrationOptions _options;

    internal StorageMigrator(Func<MigrationDatabase> database, MigrationOptions options) => (_database, _options) = (database, options);

    /// <summary>Says what there is to do, and changes nothing.</summary>
    /// <exception cref="StorageException">The database does not answer, or is of a version or layout that is not known.</exception>
    public Task<MigrationPlan> PlanAsync(CancellationToken cancellationToken) => UseAsync(async database =>
    {
        var state = await MigrationState.InspectAsync(database, cancellationToken);
        var pending = state.Tables is MigrationTables.Version0 or MigrationTables.Renamed;
        return new MigrationPlan
        {
            Database = database.Name,
            Found = state switch
            {
                { Tables: MigrationTables.None } => "no tables yet; the first start of the service makes them",
                { Tables: MigrationTables.Current } => "ADK schema version 1",
                { Mark: null } => "ADK schema version 0",
                _ => "ADK schema version 0, with a migration that was interrupted",
            },
            Steps = pending ? StorageMigrations.All : [],
            Events = pending ? await database.CountAsync(state.Tables == MigrationTables.Renamed ? MigrationDatabase.Kept : "events", cancellationToken) : 0,
            Converted = state.Mark?.Converted ?? 0,
            Backup = database.Backup,
        };
    }, cancellationToken);

    /// <summary>Reads every event as the migration would, and changes nothing.</summary>
    /// <returns>Events whose actions cannot be read.</returns>
    /// <exception cref="StorageException">The database does not answer, or an event has a column that cannot be read.</exception>
    public Task<IReadOnlyList<UnreadableEvent>> RehearseAsync(IProgress<MigrationProgress>? progress, CancellationToken cancellationToken) => UseAsync(async database =>
    {
        var state = await MigrationState.InspectAsync(database, cancellationToken);
        var conversion = new V0Conversion(database, _options with { SkipUnreadableActions = true });
        if (state.Tables == MigrationTables.Version0)
        {
            var reader = new V0Reader(state.V0Columns, _options.TimeZone);
            var total = await database.CountAsync("events", cancellationToken);
            string[]? after = null;
            for (long done = 0; ;)
            {
                var rows = await database.RowsAfterAsync(reader, after, _options.BatchSize, cancellationToken);
                conversion.Convert(rows);
                done += rows.Count;
                progress?.Report(new(MigrationStage.Converting, done, Math.Max(done, total)));
                if (rows.Count < _options.BatchSize)
                {
                    break;
                }

                after = rows[^1].Key;
            }
        }

        return conversion.Unreadable;
    }, cancellationToken);

    /// <summary>Does all that is left to do; nothing when the tables are current.</summary>
    /// <exception cref="StorageException">It cannot go on; what is done so far stays, and the next call continues.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the next one continues.</exception>
    public Task<MigrationReport> ApplyAsync(IProgress<MigrationProgress>? progress, CancellationToken cancellationToken) =>
        UseAsync(database => ApplyAsync(database, progress, cancellationToken), cancellationToken);

    private async Task<MigrationReport> ApplyAsync(MigrationDatabase database, IProgress<MigrationProgress>? progress, CancellationToken cancellationToken)
    {
        while (!await database.TryLockAsync(cancellationToken))
        {
            progress?.Report(new(MigrationStage.Waiting, 0, 0));
            await Task.Delay(LockPause, cancellationToken);
        }

        var state = await PrepareAsync(database, cancellationToken);
        if (state.Mark is not { } mark)
        {
            return new(0, [], 0);
        }

        if (mark.TimeZone != _options.TimeZone.Id)
        {
            throw new StorageException(
                StorageFailure.SchemaOutdated, $"{database.Name} has a migration that was begun with the time zone '{mark.TimeZone}', not '{_options.TimeZone.Id}'.",
                $"Go on with --time-zone {mark.TimeZone}.");
        }

        var conversion = new V0Conversion(database, _options);
        var reader = new V0Reader(state.V0Columns, _options.TimeZone);
        var total = await database.CountAsync(state.Tables == MigrationTables.Renamed ? MigrationDatabase.Kept : "events", cancellationToken);
        if (state.Tables == MigrationTables.Version0)
        {
            await ConvertAsync(database, reader, conversion, done => progress?.Report(new(MigrationStage.Converting, done, Math.Max(done, total))), cancellationToken);
        }

        progress?.Report(new(MigrationStage.Swapping, total, total));
        return await SwapAsync(database, reader, conversion, state.Tables, cancellationToken);
    }

    private Task<MigrationState> PrepareAsync(MigrationDatabase database, CancellationToken cancellationToken) => database.InTransactionAsync(async () =>
    {
        // Looked at inside the transaction: on SQLite, another run may have finished a moment ago.
        var state = await MigrationState.InspectAsync(database, cancellationToken);
        if (state.Tables == MigrationTables.Version0)
        {
            await database.PrepareAsync(cancellationToken);
            if (state.Mark is null)
            {
                state = state with { Mark = new() { To = StorageMigrations.Newest, TimeZone = _options.TimeZone.Id } };
                await database.SetMarkAsync(state.Mark, cancellationToken);
            }
        }

        return state;
    }, cancellationToken);

    private async Task ConvertAsync(
        MigrationDatabase database, V0Reader reader, V0Conversion conversion, Action<long> report, CancellationToken cancellationToken)
    {
        for (var isLast = false; !isLast;)
        {
            var converted = await database.InTransactionAsync<long?>(async () =>
            {
                if (await database.MarkAsync(cancellationToken) is not { } mark)
                {
                    return null;
                }

                var rows = await database.RowsAfterAsync(reader, mark.After, _options.BatchSize, cancellationToken);
                var unreadable = conversion.Unreadable.Count;
                await database.InsertAsync(renamed: false, conversion.Convert(rows), cancellationToken);
                mark = mark with
                {
                    After = rows.Count > 0 ? rows[^1].Key : mark.After,
                    Converted = mark.Converted + rows.Count,
                    Unreadable = mark.Unreadable + conversion.Unreadable.Count - unreadable,
                };
                await database.SetMarkAsync(mark, cancellationToken);
                isLast = rows.Count < _options.BatchSize;
                return mark.Converted;
            }, cancellationToken);

            if (converted is not { } done)
            {
                return;
            }

            report(done);
        }
    }

    private async Task<MigrationReport> SwapAsync(
        MigrationDatabase database, V0Reader reader, V0Conversion conversion, MigrationTables tables, CancellationToken cancellationToken)
    {
        var unreadable = conversion.Unreadable.Count;
        var renamed = !database.RenamesInTransaction;
        if (renamed)
        {
            // From here on the tables have their new names, and the mark alone says that some events may be missing.
            if (tables == MigrationTables.Version0)
            {
                await database.InTransactionAsync(() => CatchUpAsync(database, reader, conversion, renamed: false, cancellationToken), cancellationToken);
                await database.RenameAsync(cancellationToken);
            }

            await database.CreateMetadataAsync(cancellationToken);
        }

        return await database.InTransactionAsync<MigrationReport>(async () =>
        {
            if (await database.MarkAsync(cancellationToken) is not { } mark)
            {
                return new(conversion.Converted, conversion.Unreadable, conversion.Unreadable.Count);
            }

            if (!renamed)
            {
                await database.LockEventsAsync(cancellationToken);
            }

            await CatchUpAsync(database, reader, conversion, renamed, cancellationToken);
            if (!renamed)
            {
                await database.RenameAsync(cancellationToken);
                await database.CreateMetadataAsync(cancellationToken);
            }

            await database.SetVersionAsync(StorageMigrations.Newest, cancellationToken);
            await database.SetMarkAsync(null, cancellationToken);
            return new(conversion.Converted, conversion.Unreadable, mark.Unreadable + conversion.Unreadable.Count - unreadable);
        }, cancellationToken);
    }

    /// <summary>Converts what version 0 has written since, and returns how much that was.</summary>
    private async Task<long> CatchUpAsync(
        MigrationDatabase database, V0Reader reader, V0Conversion conversion, bool renamed, CancellationToken cancellationToken)
    {
        long late = 0;
        while (await database.RowsMissingAsync(reader, renamed, _options.BatchSize, cancellationToken) is { Count: > 0 } rows)
        {
            await database.InsertAsync(renamed, conversion.Convert(rows), cancellationToken);
            late += rows.Count;
        }

        return late;
    }

    private async Task<T> UseAsync<T>(Func<MigrationDatabase, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var database = _database();
        try
        {
            await database.OpenAsync(cancellationToken);
            return await work(database);
        }
        catch (DbException error)
        {
            throw database.Translate(error);
        }
    }
}
