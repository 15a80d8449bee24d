using Runtime.Benchmarks.Sessions.Databases;

namespace Runtime.Benchmarks.Sessions;

/// <summary>The sessions and events that the cases of one database need, made when the first case needs them.</summary>
internal sealed class Stage(IBenchDatabase database, IReadOnlyList<ISubject> subjects, bool withPeer)
{
    private static readonly SessionPool _warmUp = new("warm-up", Count: 16, Events: 0);

    private readonly HashSet<(string Name, ISubject? For)> _made = [];

    public async Task WarmUpAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var append = new SessionCase("warm-up", "", Operation.Append, _warmUp.Count) { Pool = _warmUp };
        foreach (var subject in subjects)
        {
            await subject.PrepareAsync(_warmUp, cancellationToken);
            await subject.MeasureAsync(append, duration, cancellationToken);
        }
    }

    public async Task PrepareAsync(SessionCase asked, CancellationToken cancellationToken)
    {
        var before = _made.Count;
        if (asked.Pool is { } pool && pool != SessionCases.Crowd)
        {
            foreach (var subject in subjects.Where(subject => subject.Does(asked.Operation) && _made.Add((pool.Name, subject))))
            {
                await subject.PrepareAsync(pool, cancellationToken);
            }
        }

        if (asked.Listed > 0 && _made.Add((asked.ListedApp, null)))
        {
            await database.LoadSessionsAsync(asked.ListedApp, asked.Listed, withPeer, cancellationToken);
        }

        if (asked.Crowded && _made.Add((SessionCases.Crowd.Name, null)))
        {
            await database.LoadEventsAsync(SessionCases.Crowd, withPeer, cancellationToken);
        }

        if (_made.Count > before)
        {
            await database.SettleAsync(withPeer, cancellationToken);
        }
    }
}
