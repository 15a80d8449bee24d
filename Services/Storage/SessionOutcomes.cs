namespace Runtime.Storage;

/// <summary>Every answer to a create: <see cref="SessionCreated"/> or <see cref="SessionExists"/>.</summary>
public abstract record CreateOutcome;

/// <summary>The session is committed.</summary>
public sealed record SessionCreated(Session Session) : CreateOutcome;

/// <summary>The user has a session of that id in that app; nothing was changed, no state either.</summary>
public sealed record SessionExists : CreateOutcome;

/// <summary>Every answer to a write on a session; each method of <see cref="ISessionStore"/> says which of them it gives.</summary>
public abstract record WriteOutcome;

/// <summary>Committed by this call.</summary>
/// <param name="Revision">The session's revision that the event made.</param>
public sealed record Appended(long Revision) : WriteOutcome;

/// <summary>An event of that id and equal content was committed before; nothing was applied again.</summary>
/// <param name="Revision">The session's revision that the event made then.</param>
/// <param name="Timestamp">The stored event's time; differs from the offered one only where the server assigned both.</param>
public sealed record AlreadyAppended(long Revision, DateTimeOffset Timestamp) : WriteOutcome;

/// <summary>All events are committed.</summary>
/// <param name="Places">One for each event that was offered, in that order.</param>
public sealed record BatchAppended(IReadOnlyList<EventPlace> Places) : WriteOutcome;

/// <summary>Where an event of a batch is.</summary>
/// <param name="Revision">The session's revision that the event made.</param>
/// <param name="Timestamp">The stored event's time.</param>
/// <param name="Already">It was committed by an earlier call.</param>
public readonly record struct EventPlace(long Revision, DateTimeOffset Timestamp, bool Already);

/// <summary>The session has an event of that id with other content. Nothing was changed.</summary>
public sealed record EventIdTaken(string EventId) : WriteOutcome;

/// <summary>The session is as it was asked to be.</summary>
/// <param name="Session">Without events.</param>
public sealed record SessionUpdated(Session Session) : WriteOutcome;

/// <summary>The event is gone.</summary>
/// <param name="Revision">The session's revision that the deletion made.</param>
public sealed record EventDeleted(long Revision) : WriteOutcome;

/// <summary>The session has no event of that id.</summary>
public sealed record EventMissing : WriteOutcome;

/// <summary>The session is not at the revision that the writer expects.</summary>
/// <param name="Current">The revision it is at.</param>
public sealed record RevisionConflict(long Current) : WriteOutcome;

/// <summary>This user has no such session.</summary>
public sealed record SessionMissing : WriteOutcome;
