using Runtime.Storage.Dialects;

namespace Runtime.Storage.Tests;

public sealed class KeyedLocksTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_key_is_held_by_one_at_a_time_and_another_key_by_anyone()
    {
        var locks = new KeyedLocks<string>();
        var first = await locks.EnterAsync(["a", "b"], Cancellation);
        var second = locks.EnterAsync(["b"], Cancellation);
        using var other = await locks.EnterAsync(["c"], Cancellation);

        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_holds_nothing()
    {
        var locks = new KeyedLocks<string>();
        using var impatience = new CancellationTokenSource();
        var holder = await locks.EnterAsync(["b"], Cancellation);
        var waiting = locks.EnterAsync(["a", "b"], impatience.Token);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        (await locks.EnterAsync(["a"], Cancellation)).Dispose();
        holder.Dispose();
        (await locks.EnterAsync(["a", "b"], Cancellation)).Dispose();
    }
}
