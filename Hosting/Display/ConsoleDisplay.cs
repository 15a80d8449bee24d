using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Runtime.Hosting.Execution;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Runtime.Hosting.Display;

/// <summary>Shows the run on the console: a live table while starting, logs with a prefix, a summary when everything has settled.</summary>
/// <remarks>One loop writes everything, so lines never mix. On a console that cannot move the cursor, state changes are lines.</remarks>
internal sealed class ConsoleDisplay : IHostedService, IDisposable
{
    private const string Stopped = ResourceRun.Stopped;
    private const int ShownAfterTrouble = 15;
    private const int WidthOfAFile = 1000;   // nothing is wrapped where nobody has a margin
    private static readonly string[] Colours = ["aqua", "yellow", "fuchsia", "green", "blue", "orange1", "mediumpurple1", "springgreen2"];

    private readonly ApplicationGraph _graph;
    private readonly ResourceNotificationService _notifications;
    private readonly Orchestrator _orchestrator;
    private readonly ConsoleCommands _commands;
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings());
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<string, string> _prefixes;
    private readonly IDisposable _subscription;
    private readonly ChannelReader<ResourceEvent> _events;
    private readonly CancellationTokenSource _end = new();
    private readonly PosixSignalRegistration _interrupt;
    private Task _loop = Task.CompletedTask;
    private bool _summarised;
    private int _interrupts;

    public ConsoleDisplay(ApplicationGraph graph, ResourceNotificationService notifications, Orchestrator orchestrator, ConsoleCommands commands)
    {
        (_graph, _notifications, _orchestrator, _commands) = (graph, notifications, orchestrator, commands);
        var width = graph.Resources.Max(resource => (int?)resource.Name.Length) ?? 0;
        _prefixes = graph.Resources.Select((resource, index) => (resource, index)).ToDictionary(
            entry => entry.resource.Name,
            entry => $"[{Colours[entry.index % Colours.Length]}]{entry.resource.Name.PadRight(width)} │[/] ",
            StringComparer.OrdinalIgnoreCase);
        if (Console.IsOutputRedirected)
        {
            _console.Profile.Width = WidthOfAFile;
        }

        _subscription = notifications.Subscribe(out _events);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnInterrupt);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(RunAsync, CancellationToken.None);
        _commands.Start();
        return Task.CompletedTask;
    }

    /// <summary>Runs after the orchestrator's stop, because it was added before it: the last states are shown.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync();
        await _loop;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _subscription.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        if (_console.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
        {
            await _console.Live(Table()).AutoClear(true).StartAsync(live => PumpAsync(() =>
            {
                live.UpdateTarget(Table());
                live.Refresh();
            }, untilSettled: true));
            ShowSummaryOnce();
        }

        await PumpAsync(() => { }, untilSettled: false);
    }

    /// <summary>Writes what happens until the end, or until every resource has settled.</summary>
    private async Task PumpAsync(Action onChange, bool untilSettled)
    {
        try
        {
            while (await _events.WaitToReadAsync(_end.Token))
            {
                var changed = false;
                while (_events.TryRead(out var change))
                {
                    Show(change, compact: untilSettled);
                    changed |= change is ResourceChanged;
                }

                if (changed)
                {
                    onChange();
                    if (AllSettled() && !_summarised)
                    {
                        if (untilSettled)
                        {
                            return;
                        }

                        ShowSummaryOnce();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            while (_events.TryRead(out var change))
            {
                Show(change, compact: false);
            }
        }
    }

    private void Show(ResourceEvent change, bool compact)
    {
        switch (change)
        {
            case ResourceLine(var resource, var line):
                _console.MarkupLine(_prefixes[resource.Name] + Markup.Escape(line));
                break;
            case ResourceChanged(var snapshot, var before):
                if (!compact && IsNews(snapshot, before))
                {
                    _console.MarkupLine($"{_prefixes[snapshot.Resource.Name]}[grey]{_clock.Elapsed.TotalSeconds,5:0.0} s[/] {StateOf(snapshot)}{ReasonOf(snapshot)}");
                }

                if (IsTrouble(snapshot, before))
                {
                    ShowLastLines(snapshot);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>Not news: a part that starts nothing and works, and a product that is not ready yet, which the table shows while it lasts.</summary>
    private static bool IsNews(ResourceSnapshot snapshot, ResourceSnapshot? before) => snapshot switch
    {
        { State: KnownResourceStates.NotStarted } => false,
        { IsTerminal: false, Resource: ParameterResource or ConnectionStringResource } => false,
        { Health: ResourceHealth.Unhealthy } when before is not { Health: ResourceHealth.Healthy } => false,
        _ => before?.State != snapshot.State || before.Health != snapshot.Health,
    };

    private static bool IsTrouble(ResourceSnapshot snapshot, ResourceSnapshot? before) =>
        before is { State: not KnownResourceStates.Stopping } && snapshot.State is KnownResourceStates.Exited or KnownResourceStates.FailedToStart && snapshot.Reason != Stopped
        || (before is { Health: ResourceHealth.Healthy } && snapshot.Health is ResourceHealth.Unhealthy);

    private void ShowLastLines(ResourceSnapshot snapshot)
    {
        var lines = _notifications.LastLines(snapshot.Resource.Name, ShownAfterTrouble);
        _console.MarkupLine($"[red]✗ {snapshot.Resource.Name} {StateText(snapshot)}.[/]{ReasonOf(snapshot)}");
        if (lines.Count > 0)
        {
            _console.MarkupLine($"[grey]  Its last {lines.Count} lines:[/]");
            foreach (var line in lines)
            {
                _console.MarkupLine($"[grey]  {Markup.Escape(line)}[/]");
            }
        }
    }

    private bool AllSettled() => Shown().All(resource => _notifications.Find(resource.Name) is { IsSettled: true });

    private void ShowSummaryOnce()
    {
        if (_summarised || !AllSettled())
        {
            return;
        }

        _summarised = true;
        var snapshots = Shown().Select(resource => _notifications.Find(resource.Name)!).ToArray();
        var healthy = snapshots.Count(snapshot => snapshot.Health is ResourceHealth.Healthy);
        _console.WriteLine();
        _console.Write(Table());
        var verdict = healthy == snapshots.Length
            ? $"[green]All {healthy} resources are healthy[/]"
            : $"[yellow]{healthy} of {snapshots.Length} resources are healthy[/]";
        _console.MarkupLine($"{verdict} after {_clock.Elapsed.TotalSeconds:0.0} s. Stop with Ctrl+C{(ConsoleCommands.Available ? "; type help for commands" : "")}.");
        _console.WriteLine();
    }

    private Table Table()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Resource", "State", "Endpoints", "Reason");
        foreach (var resource in Shown())
        {
            var snapshot = _notifications.Find(resource.Name);
            var endpoints = resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedEndpoint is not null && snapshot is { IsTerminal: false })
                .Select(endpoint => (IRenderable)new Text($"{endpoint.AllocatedEndpoint!.UriString}{(endpoint.Name != endpoint.UriScheme ? $" ({endpoint.Name})" : "")}"));
            table.AddRow(
                new Markup(_prefixes[resource.Name].Replace(" │", "", StringComparison.Ordinal)),
                new Markup(snapshot is null ? "[grey]not started[/]" : StateOf(snapshot)),
                new Rows(endpoints),
                new Text(snapshot?.Reason ?? ""));
        }

        return table;
    }

    /// <summary>Parameters are shown only when they are the trouble.</summary>
    private IEnumerable<IResource> Shown() => _graph.Resources.Where(resource =>
        resource is not (ParameterResource or ConnectionStringResource) || _notifications.Find(resource.Name) is { IsTerminal: true });

    private static string StateOf(ResourceSnapshot snapshot)
    {
        var colour = snapshot switch
        {
            { Health: ResourceHealth.Healthy } => "green",
            { Health: ResourceHealth.Degraded } => "yellow",
            { IsTerminal: true, Reason: not Stopped } => "red",
            { State: KnownResourceStates.Running } => "yellow",
            _ => "grey",
        };
        return $"[{colour}]{StateText(snapshot)}[/]";
    }

    private static string StateText(ResourceSnapshot snapshot) => snapshot switch
    {
        { Health: ResourceHealth.Healthy } => "healthy",
        { Health: ResourceHealth.Degraded } => "not available",
        { State: KnownResourceStates.Running, Health: ResourceHealth.Unhealthy } => "not ready",
        { State: KnownResourceStates.Exited, Reason: Stopped } => Stopped,
        { State: KnownResourceStates.FailedToStart } => "failed to start",
        { State: KnownResourceStates.NotStarted } => "not started",
        _ => snapshot.State.ToLowerInvariant(),
    };

    private static string ReasonOf(ResourceSnapshot snapshot) => snapshot.Reason is "" or Stopped ? "" : $" [grey]{Markup.Escape(snapshot.Reason)}[/]";

    private void OnInterrupt(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _interrupts) == 1)
        {
            _console.MarkupLine("[yellow]Stopping. Press Ctrl+C again to end everything at once.[/]");
            return;
        }

        _orchestrator.KillAll();
        Environment.Exit(130);   // 128 and SIGINT, as a shell reports it.
    }
}
