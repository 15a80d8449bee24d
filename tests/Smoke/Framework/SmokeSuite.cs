namespace Runtime.Smoke.Framework;

/// <summary>What every suite has: the end of its test, and the promise that what it creates is removed, also after a failure.</summary>
/// <remarks>A suite is one class with an <see cref="IntegrationAttribute"/>; its tests are theories with a <see cref="RunsInAttribute"/>.</remarks>
public abstract class SmokeSuite : IAsyncDisposable
{
    private readonly Removals _removals = new();

    private readonly CancellationTokenRegistration _ended;

    protected SmokeSuite()
    {
        Assert.SkipWhen(Lifeline.Ended.IsCancellationRequested, "The run was ended before this test.");
        var test = TestContext.Current;
        _ended = Lifeline.Ended.Register(test.CancelCurrentTest);
    }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _ended.DisposeAsync();
        await _removals.DisposeAsync();
    }

    /// <summary>Has something done when the test has ended, however it ended; the last first.</summary>
    /// <param name="remove">Removes what the test created. Say it before creating: an answer that is lost may have created.</param>
    protected void Afterwards(Func<CancellationToken, Task> remove) => _removals.Add(remove);
}
