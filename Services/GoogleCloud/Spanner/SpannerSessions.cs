using System.Collections.Concurrent;
using Google.Cloud.Spanner.V1;
using Runtime.GoogleCloud.Connection;
using SpannerApi = Google.Cloud.Spanner.V1.Spanner;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Sessions by database. One multiplexed session serves all calls; where the server has none, regular ones are pooled.</summary>
internal sealed class SpannerSessions(GoogleConnection connection, TimeProvider time) : IDisposable
{
    // Google ends a multiplexed session after 28 days, and its own clients renew after 7.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<string, Pool> _pools = new(StringComparer.Ordinal);

    /// <summary>Lends a session. Return it when the statement is over; a session that the server no longer knows is not returned.</summary>
    public async Task<Session> RentAsync(string database, CancellationToken cancellationToken)
    {
        var pool = _pools.GetOrAdd(database, static _ => new Pool());
        if (pool.Shared is { } shared && time.GetElapsedTime(pool.SharedSince) < Lifetime)
        {
            return shared;
        }

        if (pool.Idle.TryPop(out var idle))
        {
            return idle;
        }

        await pool.Creation.WaitAsync(cancellationToken);
        try
        {
            if (pool.Shared is { } created && time.GetElapsedTime(pool.SharedSince) < Lifetime)
            {
                return created;
            }

            if (pool.Idle.TryPop(out var returned))
            {
                return returned;
            }

            var request = new CreateSessionRequest { Database = database, Session = new Session { Multiplexed = true } };
            var session = await connection.CallAsync(
                CallPolicies.Admin,
                ("database", database),
                (channel, call) => new SpannerApi.SpannerClient(channel).CreateSessionAsync(request, call),
                cancellationToken);
            // An old emulator does not know the wish and answers with a regular session.
            if (session.Multiplexed)
            {
                pool.Shared = session;
                pool.SharedSince = time.GetTimestamp();
            }

            return session;
        }
        finally
        {
            pool.Creation.Release();
        }
    }

    public void Return(string database, Session session)
    {
        if (!session.Multiplexed)
        {
            _pools[database].Idle.Push(session);
        }
    }

    /// <summary>Forgets a session that the server no longer knows: an emulator that restarted, a regular session idle for an hour.</summary>
    public void Forget(string database, Session session)
    {
        var pool = _pools[database];
        if (pool.Shared?.Name == session.Name)
        {
            pool.Shared = null;
        }

        // If one is gone, so is very likely every other that waited as long.
        pool.Idle.Clear();
    }

    public void Dispose()
    {
        foreach (var pool in _pools.Values)
        {
            pool.Creation.Dispose();
        }
    }

    private sealed class Pool
    {
        public SemaphoreSlim Creation { get; } = new(1, 1);

        public ConcurrentStack<Session> Idle { get; } = new();

        public Session? Shared { get; set; }

        public long SharedSince { get; set; }
    }
}
