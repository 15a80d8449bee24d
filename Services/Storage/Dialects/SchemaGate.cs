namespace Runtime.Storage.Dialects;

/// <summary>Makes the tables once per store: concurrent first calls share one try, and a call after a failed try makes a new one.</summary>
internal sealed class SchemaGate(Func<CancellationToken, Task> ensure) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile bool _open;

    public ValueTask PassAsync(CancellationToken cancellationToken) => _open ? ValueTask.CompletedTask : new(OpenAsync(cancellationToken));

    /// <summary>Looks again at the next call: something said that the tables are not as they were.</summary>
    public void Close() => _open = false;

    public void Dispose() => _one.Dispose();

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!_open)
            {
                await ensure(cancellationToken);
                _open = true;
            }
        }
        finally
        {
            _one.Release();
        }
    }
}
