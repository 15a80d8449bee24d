using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Runtime.Hosting.Execution;

/// <summary>One life of one resource: wait, prepare, start, watch, stop.</summary>
internal sealed class ResourceRun(
    IResource resource, ApplicationGraph graph, ResourceNotificationService notifications, IServiceProvider services, ProjectBuild build, string? portProblem) : IDisposable
{
    /// <summary>The reason of an exit that was asked for.</summary>
    public const string Stopped = "stopped";

    private static readonly TimeSpan ProbeWhileUnhealthy = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProbeWhileHealthy = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly string[] _checks = [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key)];
    private Task _run = Task.CompletedTask;
    private LaunchedProcess? _process;
    private bool _leavesContainer;

    public void Start() => _run = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Ends the process at once. A container is left to its launcher, which removes it when the AppHost ends.</summary>
    public void Kill()
    {
        if (!_leavesContainer)
        {
            _process?.KillGroup();
        }
    }

    /// <summary>Ends the life, politely first. Never throws: what went wrong is the resource's last state.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        try
        {
            if (portProblem is not null)
            {
                throw new DistributedApplicationException(portProblem);
            }

            await WaitForDependenciesAsync();
            var plan = await LaunchPlanner.PlanAsync(resource, graph, build, notifications, Tell, _stop.Token);
            _stop.Token.ThrowIfCancellationRequested();   // Not every callback looks at its token, and what starts now would only be stopped.
            if (plan is null)
            {
                await WatchAsync(Task.Delay(Timeout.Infinite, _stop.Token));
            }
            else
            {
                await RunProcessAsync(plan);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Tell(KnownResourceStates.Exited, Stopped);
        }
        catch (Exception error)
        {
            // Whatever a callback, a driver or the system threw: it is this resource's fault and its reason, and the others go on.
            Tell(KnownResourceStates.FailedToStart, error.Message);
        }
    }

    private async Task WaitForDependenciesAsync()
    {
        foreach (var dependency in WaitGraph.DependenciesOf(resource))
        {
            Tell(KnownResourceStates.Waiting, $"for {dependency.Name}");
            var settled = await notifications.WaitForResourceAsync(
                dependency.Name, snapshot => snapshot.IsTerminal || snapshot.Health is ResourceHealth.Healthy, _stop.Token);
            if (settled.IsTerminal)
            {
                throw new DistributedApplicationException($"It waits for '{dependency.Name}', which is {settled.State}.");
            }
        }
    }

    private async Task RunProcessAsync(LaunchPlan plan)
    {
        Tell(KnownResourceStates.Starting);
        _leavesContainer = plan.Cleanup.Count > 0;
        await using var process = _process = LaunchedProcess.Start(plan, line => notifications.AddLine(resource, line));
        Tell(KnownResourceStates.Running, _checks.Length > 0 ? "not ready yet" : "");
        try
        {
            await WatchAsync(process.Exited);
            var code = await process.Exited;
            await CleanUpAsync();   // An engine's client that was killed leaves the container running.
            Tell(KnownResourceStates.Exited, code == 0 ? "ended by itself" : $"ended with code {code}{Meaning(code)}", code);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Tell(KnownResourceStates.Stopping);
            await process.StopAsync(Orchestrator.StopGrace);
            await CleanUpAsync();
            Tell(KnownResourceStates.Exited, Stopped, await process.Exited);
        }

        Task CleanUpAsync() => _leavesContainer ? ContainerCommand.CleanUpAsync(plan.Cleanup) : Task.CompletedTask;
    }

    /// <summary>Asks the health checks until the resource ends or is stopped.</summary>
    private async Task WatchAsync(Task ended)
    {
        while (!ended.IsCompleted)
        {
            var (health, reason) = await ProbeAsync();
            if (ended.IsCompleted)
            {
                break;
            }

            notifications.Publish(new ResourceSnapshot(resource, KnownResourceStates.Running, health, reason));
            var pause = _checks.Length == 0 ? Timeout.InfiniteTimeSpan : health is ResourceHealth.Unhealthy ? ProbeWhileUnhealthy : ProbeWhileHealthy;
            await Task.WhenAny(ended, Task.Delay(pause, _stop.Token));
            _stop.Token.ThrowIfCancellationRequested();
        }

        _stop.Token.ThrowIfCancellationRequested();
    }

    private async Task<(ResourceHealth Health, string Reason)> ProbeAsync()
    {
        if (_checks.Length == 0)
        {
            return (ResourceHealth.Healthy, "");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(ProbeLimit);
        try
        {
            var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => _checks.Contains(check.Name), limit.Token);
            var reasons = string.Join("; ", report.Entries.Values.Select(entry => entry.Description ?? entry.Exception?.Message).Where(text => !string.IsNullOrEmpty(text)));
            return report.Status switch
            {
                HealthStatus.Healthy => (ResourceHealth.Healthy, reasons),
                HealthStatus.Degraded => (ResourceHealth.Degraded, reasons),
                _ => (ResourceHealth.Unhealthy, reasons),
            };
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return (ResourceHealth.Unhealthy, $"The health check gave no answer in {ProbeLimit.TotalSeconds:0} s.");
        }
    }

    private void Tell(string state, string reason = "") => Tell(state, reason, null);

    private void Tell(string state, string reason, int? exitCode) =>
        notifications.Publish(new ResourceSnapshot(resource, state, ResourceHealth.Unknown, reason, exitCode));

    /// <summary>A shell reports death by signal as 128 and the signal's number.</summary>
    private static string Meaning(int code) => code switch
    {
        137 => " (killed)",
        139 => " (segmentation fault)",
        143 => " (terminated)",
        _ => "",
    };
}
