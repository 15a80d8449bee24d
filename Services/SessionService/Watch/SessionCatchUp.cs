using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService.Watch;

/// <summary>Reads from the database what a stream has not been told.</summary>
internal sealed class SessionCatchUp(ISessionStore store, IOptions<WatchOptions> options, SessionMetrics metrics)
{
    // What is missing is nearly always among the newest events. Beyond so many without one, the missing revisions were no events.
    private const int LookBack = 200;
    private const int PageSize = 100;

    private readonly ConcurrentDictionary<(SessionKey Key, long Known), Lazy<Task<Missed?>>> _reading = new();

    /// <summary>Reads what happened to a session after a revision.</summary>
    /// <param name="key">The session.</param>
    /// <param name="known">The revision that the stream has come to.</param>
    /// <param name="wanted">A revision that the session has come to; <see langword="null"/> where only a read that begins now can tell.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="null"/> when there is no such session.</returns>
    /// <exception cref="StaleException">Too much has happened.</exception>
    public async Task<Missed?> ReadAsync(SessionKey key, long known, long? wanted, CancellationToken cancellationToken)
    {
        if (wanted is { } revision)
        {
            // The streams that watch a session learn of a change at the same moment, and one read serves them all.
            var shared = await _reading.GetOrAdd((key, known), _ => new(() => ReadOnceAsync(key, known))).Value.WaitAsync(cancellationToken);
            if (shared?.Revision >= revision)
            {
                return shared;
            }
        }

        return await ReadNowAsync(key, known, cancellationToken);
    }

    private async Task<Missed?> ReadOnceAsync(SessionKey key, long known)
    {
        try
        {
            await Task.Yield();   // so that the dictionary has the entry before it is removed
            return await ReadNowAsync(key, known, CancellationToken.None);
        }
        finally
        {
            _reading.TryRemove((key, known), out _);
        }
    }

    private async Task<Missed?> ReadNowAsync(SessionKey key, long known, CancellationToken cancellationToken)
    {
        metrics.CaughtUp();
        var query = new EventListQuery(PageSize, Descending: true, MaxBytes: options.Value.MaxCatchUpBytes);
        var page = await store.ListEventsAsync(key, query, cancellationToken);
        if (page is null)
        {
            return null;
        }

        var head = page.Revision;
        var replaced = head < known;
        var from = replaced ? 0 : known;
        if (head - from > options.Value.MaxCatchUp)
        {
            throw TooFarBehind(key, from, head);
        }

        var found = new List<SessionEvent>();
        var (bytes, barren) = (0L, 0);
        while (head > from)
        {
            foreach (var stored in page.Events)
            {
                if (stored.Revision > from && stored.Revision <= head)
                {
                    found.Add(stored);
                    bytes += stored.Json.Length;
                    barren = 0;
                }
                else
                {
                    barren++;
                }
            }

            if (bytes > options.Value.MaxCatchUpBytes)
            {
                throw TooFarBehind(key, from, head);
            }

            if (found.Count == head - from || barren >= LookBack || page.Next is null)
            {
                break;
            }

            page = await store.ListEventsAsync(key, query with { After = page.Next }, cancellationToken);
            if (page is null || page.Revision < head)
            {
                return await ReadNowAsync(key, known, cancellationToken);
            }
        }

        found.Sort((left, right) => left.Revision.CompareTo(right.Revision));
        var rest = found.Count < head - from || replaced
            ? await store.GetAsync(key, new EventWindow(0), cancellationToken)
            : null;
        return new(replaced, head, [.. found.Select(stored => SessionChange.Appended(key, stored))], found.Count < head - from, rest);
    }

    private static StaleException TooFarBehind(SessionKey key, long known, long head)
    {
        var behind = new StaleException(
            $"Session '{key.Id}' is at revision {head}, too far from {known} to catch up with. Read it with ReadSession, then watch from its revision.",
            "WATCH_TOO_FAR_BEHIND");
        behind.Facts["session_id"] = key.Id;
        behind.Facts["current_revision"] = head.ToString(CultureInfo.InvariantCulture);
        return behind;
    }
}

/// <summary>What a stream was not told of one session.</summary>
/// <param name="Replaced">The session was deleted and created again, so that all of it is news.</param>
/// <param name="Revision">Where the session is.</param>
/// <param name="Events">In the order of revisions.</param>
/// <param name="Otherwise">Some revisions were made by something else than these events.</param>
/// <param name="Session">The session without events, where one of the two is so; <see langword="null"/> also when it has gone meanwhile.</param>
internal sealed record Missed(bool Replaced, long Revision, IReadOnlyList<SessionChange> Events, bool Otherwise, Session? Session);
