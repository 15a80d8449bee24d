using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting.Execution;

/// <summary>Starts the graph in dependency order, in parallel where nothing waits, and stops it in reverse.</summary>
internal sealed class Orchestrator(ApplicationGraph graph, ResourceNotificationService notifications, IServiceProvider services) : IHostedService, IAsyncDisposable
{
    /// <summary>How long a resource may take to stop by itself.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    /// <summary>How long stopping everything may take.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(45);

    private readonly ConcurrentDictionary<IResource, ResourceRun> _runs = new();
    private readonly CancellationTokenSource _stopping = new();
    private IReadOnlyDictionary<IResource, string> _portProblems = new Dictionary<IResource, string>();
    private ProjectBuild? _build;

    /// <summary>Gets the stop grace as the launcher wants it.</summary>
    public static string StopGraceSeconds { get; } = ((int)StopGrace.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        WaitGraph.Check(graph.Resources);
        _portProblems = EndpointAllocator.Allocate(graph.Resources);
        _build = new ProjectBuild(graph.Resources, notifications);
        // All states first: who waits for a resource must find one.
        foreach (var resource in graph.Resources)
        {
            notifications.Publish(new ResourceSnapshot(resource, KnownResourceStates.NotStarted, ResourceHealth.Unknown));
        }

        foreach (var resource in graph.Resources)
        {
            Begin(resource);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var stops = new Dictionary<IResource, Task>();
        // Later resources use earlier ones: the graph is composed in that order.
        foreach (var resource in graph.Resources.Reverse())
        {
            var users = graph.Resources.Where(user => WaitGraph.Uses(user, resource) && stops.ContainsKey(user)).Select(user => stops[user]).ToArray();
            stops[resource] = StopAfterAsync(resource, users);
        }

        await Task.WhenAll(stops.Values);
        if (_build is not null)
        {
            await _build.DisposeAsync();
        }
    }

    /// <summary>Stops a resource and starts it again, on the same endpoints.</summary>
    public async Task RestartAsync(IResource resource)
    {
        await StopResourceAsync(resource);
        StartResource(resource);
    }

    public async Task StopResourceAsync(IResource resource)
    {
        if (_runs.TryRemove(resource, out var run))
        {
            await run.StopAsync();
            run.Dispose();
        }
    }

    /// <summary>Starts a resource that has ended.</summary>
    public void StartResource(IResource resource)
    {
        _stopping.Token.ThrowIfCancellationRequested();
        if (_runs.TryGetValue(resource, out var run) && run.IsCompleted)
        {
            _runs.TryRemove(resource, out _);
            run.Dispose();
        }

        Begin(resource);
    }

    /// <summary>Ends every process at once; for when nobody wants to wait.</summary>
    public void KillAll()
    {
        foreach (var run in _runs.Values)
        {
            run.Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        KillAll();
        if (_build is not null)
        {
            await _build.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private void Begin(IResource resource) => _runs.GetOrAdd(resource, _ =>
    {
        // At once, so that whoever asks next does not take the end of the last life for the end of this one.
        notifications.Publish(new ResourceSnapshot(resource, KnownResourceStates.NotStarted, ResourceHealth.Unknown));
        var run = new ResourceRun(resource, graph, notifications, services, _build!, _portProblems.GetValueOrDefault(resource));
        run.Start();
        return run;
    });

    private async Task StopAfterAsync(IResource resource, Task[] users)
    {
        await Task.WhenAll(users);
        await StopResourceAsync(resource);
    }
}
