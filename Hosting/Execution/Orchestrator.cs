using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting.Execution;

/// <summary>Starts the graph in dependency order, in parallel where nothing waits, and stops it in reverse.</summary>
internal sealed class Orchestrator(ApplicationGraph graph, ResourceNotificationService notifications, IServiceProvider services) : IHostedService, IAsyncDisposable
{
    /// <summary>How long a resource may take to stop by itself.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(10);

    /// <summary>How long stopping everything may take.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(45);

    private readonly Dictionary<IResource, Slot> _slots = graph.Resources.ToDictionary(resource => resource, _ => new Slot());
    private IReadOnlyDictionary<IResource, string> _portProblems = new Dictionary<IResource, string>();
    private ProjectBuild? _build;
    private volatile bool _stopping;

    /// <summary>Gets the stop grace as the launcher wants it.</summary>
    public static string StopGraceSeconds { get; } = ((int)StopGrace.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public async Task StartAsync(CancellationToken cancellationToken)
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
            await StartResourceAsync(resource);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
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
        await StartResourceAsync(resource);
    }

    public async Task StopResourceAsync(IResource resource)
    {
        var slot = _slots[resource];
        await slot.Turn.WaitAsync();
        try
        {
            await EndAsync(slot);
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    /// <summary>Starts a resource that has ended; one that runs goes on.</summary>
    /// <exception cref="DistributedApplicationException">The application is stopping.</exception>
    public async Task StartResourceAsync(IResource resource)
    {
        var slot = _slots[resource];
        await slot.Turn.WaitAsync();
        try
        {
            if (_stopping)
            {
                throw new DistributedApplicationException($"The application is stopping, so '{resource.Name}' is not started.");
            }

            if (slot.Run is not null && notifications.Find(resource.Name) is { IsTerminal: false })
            {
                return;
            }

            await EndAsync(slot);   // The last state is told a moment before the run has ended.
            // At once, so that whoever asks next does not take the end of the last life for the end of this one.
            notifications.Publish(new ResourceSnapshot(resource, KnownResourceStates.NotStarted, ResourceHealth.Unknown));
            slot.Run = new ResourceRun(resource, graph, notifications, services, _build!, _portProblems.GetValueOrDefault(resource));
            slot.Run.Start();
        }
        finally
        {
            slot.Turn.Release();
        }
    }

    /// <summary>Ends every process at once; for when nobody wants to wait.</summary>
    public void KillAll()
    {
        foreach (var slot in _slots.Values)
        {
            slot.Run?.Kill();
        }
    }

    /// <summary>Ends what is still there: an application may be disposed without having been stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        KillAll();
        await StopAsync(CancellationToken.None);
    }

    private static async Task EndAsync(Slot slot)
    {
        if (slot.Run is { } run)
        {
            await run.StopAsync();
            slot.Run = null;
            run.Dispose();
        }
    }

    private async Task StopAfterAsync(IResource resource, Task[] users)
    {
        await Task.WhenAll(users);
        await StopResourceAsync(resource);
    }

    /// <summary>The place of one resource. Starts and stops of it take turns, so that two lives never overlap.</summary>
    private sealed class Slot
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public ResourceRun? Run { get; set; }
    }
}
