namespace Runtime.Storage.Events;

/// <summary>The unit of <c>timestamp</c> in a stored event: the ADK that made a database decides it.</summary>
public enum EventTimeUnit
{
    /// <summary>As ADK JS writes it, which takes the number as such; also that of databases made here.</summary>
    Milliseconds,

    /// <summary>As ADK Python writes it, which reads the column beside it.</summary>
    Seconds,
}
