using System.Text.Json;
using Microsoft.Data.Sqlite;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>
/// Sessions in SQLite. State is merged here, under the write lock: SQLite's own <c>json_patch</c> merges deeply and deletes on null.
/// </summary>
public sealed partial class SqliteSessionStore : ISessionStore
{
    private static readonly ReadOnlyMemory<byte> _noEventData = "{\"actions\":{}}"u8.ToArray();

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly StorageLimits _limits;

    internal SqliteSessionStore(SqliteDatabase database, StorageContext context)
    {
        _database = database;
        _time = context.Time;
        _limits = context.Limits;
    }

    public async Task<SessionTables> InspectAsync(CancellationToken cancellationToken)
    {
        if (_database.InspectAsync(cancellationToken) is { } looking)
        {
            return await looking;
        }

        await CheckAsync(cancellationToken);
        return SessionTables.Complete;
    }

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (!await ReadAsync(SqliteSchema.IsComplete, cancellationToken))
        {
            await WriteAsync(SqliteSchema.Ensure, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private Task<T> WriteAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken) =>
        RunAsync(() => _database.WriteAsync(work, cancellationToken), cancellationToken);

    private Task<T> ReadAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken) =>
        RunAsync(() => _database.ReadAsync(work, cancellationToken), cancellationToken);

    private async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                return await operation();
            }
            catch (Exception error) when (SqliteErrors.MayLookAgain(error))
            {
                await _database.WriteAsync(SqliteSchema.Ensure, cancellationToken);
                return await operation();
            }
        }
        catch (Exception error) when (error is SqliteException or SqliteFileChangedException)
        {
            throw SqliteErrors.Translate(error, _database.Name);
        }
    }

    private long Now() => EventTime.Micros(_time.GetUtcNow());

    // 0 is never, so a time up to 1970 is the first moment after it.
    private static long Expiry(DateTimeOffset? time) => time is { } set ? Math.Max(1, EventTime.Micros(set)) : 0;

    private static Dictionary<string, JsonElement> Map(SqliteStatement row, int column) =>
        row.IsNull(column) ? [] : StorageJson.ReadMap(row.Utf8(column).ToArray());

    /// <summary>Reads the columns that every statement on sessions begins with; the app is the same for all rows of a list.</summary>
    private static Session SessionIn(SqliteStatement row, SqliteLayout layout, string app, Dictionary<string, JsonElement> appState, IReadOnlyList<SessionEvent> events) => new(
        new(app, row.Text(1), row.Text(0)), ScopedState.Merge(Map(row, 8), appState, Map(row, 9)),
        row.Long(4), layout.Read(row, 2), layout.Read(row, 3), events)
    {
        DisplayName = row.Text(5),
        Labels = SessionLabels.FromJson(row.Utf8(6)),
        ExpireTime = row.Long(7) is > 0 and var micros ? EventTime.FromMicros(micros) : null,
    };

    private static SessionEvent EventIn(SqliteStatement row, SqliteLayout layout)
    {
        var json = row.IsNull(5) ? _noEventData : row.Utf8(5).ToArray();
        var time = layout.Read(row, 2).AddMicroseconds(row.Long(3));
        return StoredEvent.Read(json, row.Text(0), row.Text(1), layout.IsLocal ? EventTime.InJson(json.Span) ?? time : time, row.Long(4));
    }

    /// <summary>Puts a delta over the state of a scope.</summary>
    /// <returns>The scope's whole state; nothing when the delta changes nothing.</returns>
    /// <exception cref="StorageException">With <see cref="StorageFailure.StateTooLarge"/>.</exception>
    private byte[]? Merged(SqliteStatement read, IReadOnlyDictionary<string, JsonElement> delta)
    {
        using var row = read;
        if (delta.Count == 0)
        {
            return null;
        }

        var state = row.Read() ? new Dictionary<string, JsonElement>(Map(row, 0), StringComparer.Ordinal) : new(StringComparer.Ordinal);
        foreach (var (key, value) in delta)
        {
            state[key] = value;
        }

        return Whole(state);
    }

    /// <summary>Writes all the state of a scope.</summary>
    /// <exception cref="StorageException">With <see cref="StorageFailure.StateTooLarge"/>.</exception>
    private byte[] Whole(IReadOnlyDictionary<string, JsonElement> state)
    {
        var json = StorageJson.Write(state);
        return json.Length <= _limits.MaxStateBytes ? json : throw _limits.StateTooLarge();
    }
}
