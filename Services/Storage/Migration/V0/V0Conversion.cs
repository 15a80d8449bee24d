using Runtime.Storage.Migration.Pickle;

namespace Runtime.Storage.Migration.V0;

/// <summary>Converts rows, and keeps account of those whose actions cannot be read.</summary>
internal sealed class V0Conversion(MigrationDatabase database, MigrationOptions options)
{
    private readonly List<UnreadableEvent> _unreadable = [];

    public long Converted { get; private set; }

    public IReadOnlyList<UnreadableEvent> Unreadable => _unreadable;

    /// <exception cref="StorageException">An event cannot be read, and may not be written without what cannot be read.</exception>
    public IReadOnlyList<(V0Row Row, ReadOnlyMemory<byte> Json)> Convert(IReadOnlyList<V0Row> rows)
    {
        var events = rows.Select(row => (row, Convert(row))).ToList();
        Converted += rows.Count;
        return events;
    }

    private ReadOnlyMemory<byte> Convert(V0Row row)
    {
        try
        {
            try
            {
                var json = V0Event.ToJson(row, withActions: true);
                return database.RefusesNul && StorageJson.HoldsNul(json)
                    ? throw new PickleException("they hold the character U+0000, which the database cannot keep")
                    : json;
            }
            catch (PickleException error)
            {
                var unreadable = new UnreadableEvent(row.AppName, row.UserId, row.SessionId, row.Id, error.Message);
                if (!options.SkipUnreadableActions)
                {
                    throw new StorageException(
                        StorageFailure.DataUnreadable, $"The actions of an event cannot be read: {unreadable}.",
                        "Run with --dry-run to see all such events; --skip-unreadable-actions writes them without their actions.", error);
                }

                _unreadable.Add(unreadable);
                return V0Event.ToJson(row, withActions: false);
            }
        }
        catch (V0RowException error)
        {
            throw new StorageException(
                StorageFailure.DataUnreadable,
                $"The column '{error.Column}' cannot be read: {new UnreadableEvent(row.AppName, row.UserId, row.SessionId, row.Id, error.Message)}.",
                "Correct the column, or set it to NULL, then run the command again: it goes on where it stopped.", error);
        }
    }
}
