using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Runtime.Hosting.Execution;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Runtime.Hosting.Display;

/// <summary>Shows the run on the console: a live table while starting, logs with a prefix, a summary when everything has settled.</summary>
/// <remarks>
/// One loop writes everything, so lines never mix. On a console that cannot move the cursor, is too low for the table, or belongs to a shell just now, state changes are lines.
/// Spectre's own live display leaves the right ends of the table behind lines that are written above it, and hides the cursor; hence this one.
/// </remarks>
internal sealed class ConsoleDisplay : IHostedService, IDisposable
{
    private const string Stopped = ResourceRun.Stopped;
    private const int ShownAfterTrouble = 15;
    private const int WidthOfAFile = 1000;   // nothing is wrapped where nobody has a margin
    private const int WidthForFourColumns = 120;
    private const int WidthOfStateAndLines = 27;   // the longest state, and the lines and gaps around four columns
    private static readonly string[] Colours = ["aqua", "yellow", "fuchsia", "green", "blue", "orange1", "mediumpurple1", "springgreen2"];

    private readonly ApplicationGraph _graph;
    private readonly ResourceNotificationService _notifications;
    private readonly Orchestrator _orchestrator;
    private readonly ConsoleCommands _commands;
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings());
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly IHostApplicationLifetime _lifetime;
    private readonly Dictionary<string, string> _names;
    private readonly Dictionary<string, string> _prefixes;
    private readonly IDisposable _subscription;
    private readonly ChannelReader<ResourceEvent> _events;
    private readonly CancellationTokenSource _end = new();
    private readonly PosixSignalRegistration _interrupt;
    private Task _loop = Task.CompletedTask;
    private bool _summarised;
    private bool _live;
    private (int Width, int Height) _drawn;
    private int _interrupts;

    public ConsoleDisplay(
        ApplicationGraph graph, ResourceNotificationService notifications, Orchestrator orchestrator, ConsoleCommands commands, IHostApplicationLifetime lifetime)
    {
        (_graph, _notifications, _orchestrator, _commands, _lifetime) = (graph, notifications, orchestrator, commands, lifetime);
        var width = graph.Resources.Max(resource => (int?)resource.Name.Length) ?? 0;
        var coloured = graph.Resources.Select((resource, index) => (resource.Name, Colour: Colours[index % Colours.Length])).ToArray();
        _names = coloured.ToDictionary(entry => entry.Name, entry => $"[{entry.Colour}]{entry.Name}[/]", StringComparer.OrdinalIgnoreCase);
        _prefixes = coloured.ToDictionary(entry => entry.Name, entry => $"[{entry.Colour}]{entry.Name.PadRight(width)} │[/] ", StringComparer.OrdinalIgnoreCase);
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
        _live = _console.Profile.Capabilities is { Interactive: true, Ansi: true } && !Console.IsOutputRedirected && ConsoleCommands.InForeground;
        try
        {
            while (await _events.WaitToReadAsync(_end.Token))
            {
                ShowAll();
            }
        }
        catch (OperationCanceledException)
        {
            ShowAll();
        }
    }

    /// <summary>Writes what has happened, above the live table while there is one.</summary>
    private void ShowAll()
    {
        var changes = new List<ResourceEvent>();
        while (_events.TryRead(out var change))
        {
            changes.Add(change);
        }

        EraseTable(typed: changes.Count(change => change is ConsoleMessage { IsAnswer: true }));
        var stopping = _lifetime.ApplicationStopping.IsCancellationRequested;
        _live &= !stopping;
        changes.ForEach(change => Show(change, compact: _live));
        if (!_summarised && !stopping && AllSettled())
        {
            ShowSummary();
        }

        if (_live)
        {
            DrawTable();
        }
    }

    private void DrawTable()
    {
        var table = StartingTable();
        var lines = Segment.SplitLines(table.GetSegments(_console));
        if (lines.Count >= _console.Profile.Height)
        {
            _live = false;
            return;
        }

        _console.Write(table);
        _drawn = (lines.Max(line => line.CellCount()), lines.Count);
    }

    /// <param name="typed">How many lines a person has ended under the table since it was drawn.</param>
    private void EraseTable(int typed)
    {
        if (_drawn.Height > 0)
        {
            // A window that became narrower has broken each line of the table into several.
            var height = (_drawn.Height * (1 + ((_drawn.Width - 1) / Math.Max(1, _console.Profile.Width)))) + typed;
            _console.Write(new ControlCode($"\r\e[{height}A\e[J"));
            _drawn = default;
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
            case ConsoleMessage({ Length: > 0 } text, _):
                _console.WriteLine(text);
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

    private void ShowSummary()
    {
        (_summarised, _live) = (true, false);
        var snapshots = Shown().Select(resource => _notifications.Find(resource.Name)!).ToArray();
        var healthy = snapshots.Count(snapshot => snapshot.Health is ResourceHealth.Healthy);
        _console.WriteLine();
        _console.Write(SummaryTable());
        var verdict = healthy == snapshots.Length
            ? $"[green]All {healthy} resources are healthy[/]"
            : $"[yellow]{healthy} of {snapshots.Length} resources are healthy[/]";
        _console.MarkupLine($"{verdict} after {_clock.Elapsed.TotalSeconds:0.0} s. Stop with Ctrl+C{(ConsoleCommands.Available ? "; type help for commands" : "")}.");
        _console.WriteLine();
    }

    /// <summary>One line for each resource, so that the table stays where it is.</summary>
    private Table StartingTable()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Resource", "State", "Endpoints", "Reason");
        var addresses = Shown().ToDictionary(resource => resource, Addresses);
        var room = _console.Profile.Width - WidthOfStateAndLines - Shown().Max(resource => resource.Name.Length)
            - Math.Max("Endpoints".Length, addresses.Values.Max(address => address.Length));
        foreach (var (resource, address) in addresses)
        {
            var snapshot = _notifications.Find(resource.Name);
            var reason = (snapshot?.Reason ?? "").ReplaceLineEndings(" ");
            table.AddRow(
                new Markup(_names[resource.Name]), StateCell(snapshot), new Text(address),
                new Text(reason.Length <= room ? reason : reason[..Math.Max(0, room - 1)] + "…"));
        }

        return table;
    }

    /// <summary>The addresses of a resource in as little room as they take: one line in the table while it moves.</summary>
    private static string Addresses(IResource resource) => string.Join(' ', resource.Annotations.OfType<EndpointAnnotation>()
        .Select(endpoint => endpoint.AllocatedEndpoint).OfType<AllocatedEndpoint>()
        .Select((address, index) => index == 0 ? address.HostAndPort : $":{address.Port}"));

    private Table SummaryTable()
    {
        var wide = _console.Profile.Width >= WidthForFourColumns;
        var table = new Table().Border(TableBorder.Rounded).AddColumns(wide ? ["Resource", "State", "Endpoints", "Reason"] : ["Resource", "State", "Endpoints, reason"]);
        foreach (var resource in Shown())
        {
            var snapshot = _notifications.Find(resource.Name);
            var reason = new Text(snapshot?.Reason ?? "");
            var endpoints = resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedEndpoint is not null && snapshot is { IsTerminal: false })
                .Select(endpoint => (IRenderable)new Text($"{endpoint.AllocatedEndpoint!.UriString}{(endpoint.Name != endpoint.UriScheme ? $" ({endpoint.Name})" : "")}"));
            IRenderable[] last = wide ? [new Rows(endpoints), reason] : [new Rows(reason.Length > 0 ? endpoints.Append(reason) : endpoints)];
            table.AddRow([new Markup(_names[resource.Name]), StateCell(snapshot), .. last]);
        }

        return table;
    }

    private static Markup StateCell(ResourceSnapshot? snapshot) => new(snapshot is null ? "[grey]not started[/]" : StateOf(snapshot));

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
            _notifications.Say(new ConsoleMessage("Stopping. Press Ctrl+C again to end everything at once."));
            return;
        }

        _orchestrator.KillAll();
        Environment.Exit(130);   // 128 and SIGINT, as a shell reports it.
    }
}
