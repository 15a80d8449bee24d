namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>The use of a lane, for no longer than anyone has patience.</summary>
internal sealed class PostgresTrip : IDisposable
{
    private readonly PostgresTrips _trips;
    private readonly List<PostgresSharedCall> _calls;

#pragma warning disable CA2213 // It has neither timer nor handle, and a caller may leave at any time.
    private readonly CancellationTokenSource _cancellation = new();
#pragma warning restore CA2213
    private readonly Timer _timer;
    private readonly TimeSpan _patience;
    private int _aboard;
    private bool _isOver;

    public PostgresTrip(PostgresTrips trips, List<PostgresSharedCall> calls, TimeSpan patience)
    {
        _trips = trips;
        _calls = calls;
        _patience = patience;
        _timer = new(static trip => ((PostgresTrip)trip!).GiveUp(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Sets off with the calls that did not leave while they waited.</summary>
    public List<PostgresSharedCall> Board()
    {
        // The trip itself, so that it does not end before all are on board.
        _aboard = 1;
        _calls.RemoveAll(call => !call.Board(this));
        SetOff();
        Leave();
        return _calls;
    }

    /// <summary>Begins to count the time.</summary>
    public void SetOff() => _timer.Change(_patience, Timeout.InfiniteTimeSpan);

    public void Enter() => Interlocked.Increment(ref _aboard);

    /// <summary>Lets a call go; without any, the trip ends on the server too.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _aboard) is 0)
        {
            GiveUp();
        }
    }

    /// <summary>Gives the lane back, and each call its answer.</summary>
    public void Arrive() => End(served: true);

    /// <summary>Gives the lane back, and lets each call that has no answer go by itself.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        End(served: false);
    }

    private void GiveUp()
    {
        Dispose();
        // Elsewhere, since it waits for the server.
        _ = _cancellation.CancelAsync();
    }

    private void End(bool served)
    {
        // First, so that the server has work while the answers go out.
        if (!Interlocked.Exchange(ref _isOver, true))
        {
            _trips.GiveBack();
        }

        _calls.ForEach(call => call.End(served));
    }
}
