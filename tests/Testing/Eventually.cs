using Xunit;

namespace Runtime.Testing;

/// <summary>Waits for a condition that nobody announces.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until there is an answer.</summary>
    /// <param name="ask">Returns <see langword="null"/> while there is none.</param>
    /// <param name="what">What is waited for, for the failure.</param>
    public static async Task<T> GetAsync<T>(Func<T?> ask, string what)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Call);
        while (true)
        {
            if (ask() is { } answer)
            {
                return answer;
            }

            Assert.False(limit.IsCancellationRequested, $"{what} did not come in {TestTimeouts.Call.TotalSeconds:0} s.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
