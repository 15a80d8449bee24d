namespace Runtime.Storage.Migration;

/// <summary>What a migration did.</summary>
/// <param name="Converted">Events that this run converted.</param>
/// <param name="Unreadable">Events of this run whose actions could not be read, and were written empty.</param>
/// <param name="UnreadableInAll">The same, with those of runs that were interrupted before.</param>
public sealed record MigrationReport(long Converted, IReadOnlyList<UnreadableEvent> Unreadable, long UnreadableInAll);

/// <summary>An event whose actions cannot be read.</summary>
/// <param name="Problem">Why, as a clause that fits behind "cannot be read:".</param>
public sealed record UnreadableEvent(string AppName, string UserId, string SessionId, string EventId, string Problem)
{
    public override string ToString() => $"event '{EventId}' of session '{SessionId}' (app '{AppName}', user '{UserId}'): {Problem}";
}
