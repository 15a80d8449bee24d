using Runtime.ServiceDefaults.Errors;

namespace Runtime.Smoke.Framework;

/// <summary>What has to be removed in the end, the last first; each is tried, whatever became of the others.</summary>
public sealed class Removals : IAsyncDisposable
{
    private readonly Stack<Func<CancellationToken, Task>> _steps = new();

    /// <summary>Adds a removal.</summary>
    /// <param name="remove">Say it before creating: an answer that is lost may have created.</param>
    public void Add(Func<CancellationToken, Task> remove) => _steps.Push(remove);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Call);
        List<Exception> failures = [];
        while (_steps.TryPop(out var remove))
        {
            try
            {
                await remove(limit.Token);
            }
            catch (NotFoundException)
            {
                // It was not created.
            }
            catch (Exception error)
            {
                failures.Add(error);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException("What was created could not all be removed.", failures);
        }
    }
}
