using Microsoft.Extensions.Options;
using Runtime.Storage;

namespace Runtime.SessionService.Watch;

/// <summary>Asks the database how far watched sessions have come: the way to changes of other processes where no signal comes, and of signals that were lost.</summary>
internal sealed class HeadPoller(
    ISessionStore store, SessionHub hub, SignalRelay relay, IOptions<WatchOptions> options, TimeProvider time, ILogger<HeadPoller> logger) : BackgroundService
{
    private const int AtOnce = 4;

    private readonly Dictionary<(string App, string User), long> _due = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (alone, signalled) = (options.Value.PollInterval, options.Value.SignalledPollInterval);
        var tick = alone < signalled ? alone : signalled;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(tick, time, stoppingToken);
                await PollAsync(relay.Hears ? signalled : alone, tick, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                SessionServiceLog.PollFailed(logger, error);
            }
        }
    }

    private async Task PollAsync(TimeSpan interval, TimeSpan tick, CancellationToken cancellationToken)
    {
        var watched = hub.Watched.ToArray();
        foreach (var gone in _due.Keys.Except(watched.Select(owner => owner.Key)).ToArray())
        {
            _due.Remove(gone);
        }

        var now = time.GetTimestamp();
        var due = watched.Where(owner => _due.GetValueOrDefault(owner.Key) <= now).ToArray();
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (owner, cancel) =>
        {
            var began = time.GetTimestamp();
            var ids = owner.Value.Select(inbox => inbox.SessionId).Distinct().ToArray();
            var heads = await store.ListHeadsAsync(owner.Key.App, owner.Key.User, ids is [var only] ? only : null, cancel);
            foreach (var inbox in owner.Value)
            {
                inbox.Offer(inbox.SessionId is { } id ? [.. heads.Where(head => head.Id == id)] : heads);
            }

            // A user with very many sessions is asked for less often: polling is to take a tenth of the time at most.
            var took = time.GetElapsedTime(began);
            var wait = (took * 10 > interval ? took * 10 : interval) - (tick / 2);   // half a tick, because timers are not exact
            lock (_due)
            {
                _due[owner.Key] = now + (long)(wait.TotalSeconds * time.TimestampFrequency);
            }
        });
    }
}
