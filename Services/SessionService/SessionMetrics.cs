using System.Diagnostics.Metrics;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>What the service counts, under the meter <c>Runtime.Sessions</c>. No app, user or content is in it.</summary>
public sealed class SessionMetrics
{
    private readonly Counter<long> _appends;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _catchUps;
    private readonly UpDownCounter<int> _watchers;

    public SessionMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);

        var meter = meters.Create("Runtime.Sessions");
        _appends = meter.CreateCounter<long>("runtime.sessions.appends", "{event}", "Events offered to sessions, by outcome.");
        _expired = meter.CreateCounter<long>("runtime.sessions.expired", "{session}", "Expired sessions that were deleted.");
        _catchUps = meter.CreateCounter<long>("runtime.sessions.watch.catch_ups", "{read}", "Reads of the database for a watcher that missed changes.");
        _watchers = meter.CreateUpDownCounter<int>("runtime.sessions.watchers", "{stream}", "Open watch streams.");
    }

    public void Offered(int events, WriteOutcome outcome) => _appends.Add(events, new KeyValuePair<string, object?>("outcome", outcome switch
    {
        Appended or BatchAppended => "appended",
        AlreadyAppended => "already_appended",
        RevisionConflict => "stale",
        EventIdTaken => "id_taken",
        _ => "session_missing",
    }));

    public void Expired(int sessions) => _expired.Add(sessions);

    public void CaughtUp() => _catchUps.Add(1);

    public void Watching(int change) => _watchers.Add(change);
}
