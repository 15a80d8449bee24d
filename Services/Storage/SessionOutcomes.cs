namespace Runtime.Storage;

/// <summary>Every answer to a create: <see cref="SessionCreated"/> or <see cref="SessionExists"/>.</summary>
public abstract record CreateOutcome;

/// <summary>The session is committed.</summary>
public sealed record SessionCreated(Session Session) : CreateOutcome;

/// <summary>The user has a session of that id in that app; nothing was changed, no state either.</summary>
public sealed record SessionExists : CreateOutcome;

/// <summary>Every answer to an append.</summary>
public abstract record AppendOutcome;

/// <summary>Committed by this call.</summary>
/// <param name="Revision">The session's revision that the event made.</param>
public sealed record Appended(long Revision) : AppendOutcome;

/// <summary>An event of that id and equal content was committed before; nothing was applied again.</summary>
/// <param name="Revision">The session's revision that the event made then.</param>
/// <param name="Timestamp">The stored event's time; differs from the offered one only where the server assigned both.</param>
public sealed record AlreadyAppended(long Revision, DateTimeOffset Timestamp) : AppendOutcome;

/// <summary>The session has an event of that id with other content.</summary>
public sealed record EventIdTaken : AppendOutcome;

/// <summary>The session is not at the revision that the writer expects.</summary>
/// <param name="Current">The revision it is at.</param>
public sealed record RevisionConflict(long Current) : AppendOutcome;

/// <summary>This user has no such session.</summary>
public sealed record SessionMissing : AppendOutcome;
