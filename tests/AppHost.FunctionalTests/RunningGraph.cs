namespace Runtime.AppHost.FunctionalTests;

/// <summary>A small graph of a test, running without a console.</summary>
internal sealed class RunningGraph : IAsyncDisposable
{
    private RunningGraph(DistributedApplication application) => Application = application;

    public DistributedApplication Application { get; }

    public ResourceNotificationService Notifications => Application.ResourceNotifications;

    public static async Task<RunningGraph> StartAsync(Action<IDistributedApplicationBuilder> compose, params string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
        compose(builder);
        var application = builder.Build();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return new RunningGraph(application);
    }

    /// <summary>Waits for a state, for as long as a start may take.</summary>
    public async Task<ResourceSnapshot> WaitAsync(string resource, Func<ResourceSnapshot, bool> predicate)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Start);
        return await Notifications.WaitForResourceAsync(resource, predicate, limit.Token);
    }

    /// <summary>Waits for a line of output that begins with a word.</summary>
    public Task<string> WaitForLineAsync(string resource, string start) => Eventually.GetAsync(
        () => Notifications.LastLines(resource, 100).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)), $"a line '{start}…' from {resource}");

    public ValueTask DisposeAsync() => Application.DisposeAsync();
}
