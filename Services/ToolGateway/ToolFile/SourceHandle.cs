using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>A source, and how many calls use it: one that was taken out of the files is closed when the last of them has ended.</summary>
internal sealed class SourceHandle(string name, string kind, string text, ISource source)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private bool _retired;

    public string Name => name;

    public string Kind => kind;

    /// <summary>Gets all that its declaration says.</summary>
    public string Text => text;

    public ISource Source => source;

    /// <summary>Counts a call in.</summary>
    /// <exception cref="UnavailableException">The source is taken out: the call found its tool just before.</exception>
    public void Enter()
    {
        lock (_lock)
        {
            _calls += _retired ? throw new UnavailableException($"Source '{name}' has just been taken out of the tools file. Fix: list the tools again.") : 1;
        }
    }

    /// <summary>Counts a call out.</summary>
    public void Leave()
    {
        bool last;
        lock (_lock)
        {
            last = --_calls is 0 && _retired;
        }

        if (last)
        {
            _ = CloseAsync();
        }
    }

    /// <summary>Lets no more calls in.</summary>
    /// <returns>Ends when the source is closed.</returns>
    public Task RetireAsync()
    {
        bool idle;
        lock (_lock)
        {
            idle = !_retired && _calls is 0;
            _retired = true;
        }

        if (idle)
        {
            _ = CloseAsync();
        }

        return _closed.Task;
    }

    private async Task CloseAsync()
    {
        try
        {
            await source.DisposeAsync();
        }
        finally
        {
            _closed.TrySetResult();
        }
    }
}

/// <summary>A handle whose source is known to be what a tool needs.</summary>
internal sealed record SourceHandle<TSource>(SourceHandle Handle, TSource Source)
    where TSource : class, ISource
{
    public static implicit operator SourceHandle(SourceHandle<TSource> typed) => typed.Handle;
}

/// <summary>A tool whose calls are counted at its source.</summary>
internal sealed class SourcedTool(ITool tool, SourceHandle source) : ITool
{
    public ToolDescription Description => tool.Description;

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        source.Enter();
        try
        {
            return await tool.InvokeAsync(call, cancellationToken);
        }
        finally
        {
            source.Leave();
        }
    }
}
