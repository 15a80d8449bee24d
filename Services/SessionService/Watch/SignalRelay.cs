using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Runtime.Storage;

namespace Runtime.SessionService.Watch;

/// <summary>Carries signals between this process and the others, where the database can. Signals are hints: losing one costs time, nothing else.</summary>
internal sealed class SignalRelay(
    ISessionStore store, SessionHub hub, IOptions<WatchOptions> options, TimeProvider time, ILogger<SignalRelay> logger) : BackgroundService
{
    // Waiting so long joins the changes of many writers into one statement, and nobody notices.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(5);

    private readonly ISessionSignals? _signals = (store as PublishingSessionStore)?.Signals;
    private readonly Channel<SessionSignal> _outbox = Channel.CreateBounded<SessionSignal>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>Gets whether signals arrive. A pooler in between can take the request to listen and then deliver nothing, so that one has to have come.</summary>
    public bool Hears { get; private set; }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_signals is not null)
        {
            hub.Outbox = _outbox.Writer;
        }

        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _signals is { } signals
        ? Task.WhenAll(SendAsync(signals, stoppingToken), ListenAsync(signals, stoppingToken))
        : Task.CompletedTask;

    private async Task SendAsync(ISessionSignals signals, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = new Dictionary<(SessionKey, bool IsRevision, long), SessionSignal>();
            try
            {
                await _outbox.Reader.WaitToReadAsync(stoppingToken);
                await Task.Delay(_pause, time, stoppingToken);
                while (_outbox.Reader.TryRead(out var signal))
                {
                    // Of several revisions of a session the highest says it all; the words beside it are kept.
                    var place = signal.Revision >= 0 ? (signal.Key, true, 0) : (signal.Key, false, signal.Revision);
                    changed[place] = changed.TryGetValue(place, out var other) && other.Revision > signal.Revision ? other : signal;
                }

                await signals.SignalAsync(changed.Values, stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                SessionServiceLog.SignalFailed(logger, changed.Count, error);
                await PauseAsync(stoppingToken);
            }
        }
    }

    private async Task ListenAsync(ISessionSignals signals, CancellationToken stoppingToken)
    {
        var isNews = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Listening holds a connection, so not before somebody watches.
                await hub.FirstWatch.WaitAsync(stoppingToken);
                await foreach (var signal in signals.ListenAsync(stoppingToken))
                {
                    (Hears, isNews) = (true, true);
                    hub.Hint(signal);
                }
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (isNews)
                {
                    SessionServiceLog.ListenFailed(logger, options.Value.PollInterval, error);
                }

                isNews = false;
            }

            Hears = false;
            await PauseAsync(stoppingToken);
        }
    }

    private Task PauseAsync(CancellationToken stoppingToken) => Task.Delay(_retry, time, stoppingToken).ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
