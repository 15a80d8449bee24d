using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Runtime.Hosting.Execution;

/// <summary>What to start.</summary>
/// <param name="FileName">Path of the program, or a name that PATH resolves.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="WorkingDirectory">Where it starts.</param>
/// <param name="Environment">Variables added to those of the AppHost; <see langword="null"/> removes one.</param>
internal sealed record LaunchPlan(
    string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>Gets the command that removes what the program leaves behind elsewhere; the launcher runs it when the AppHost is gone.</summary>
    public IReadOnlyList<string> Cleanup { get; init; } = [];
}

/// <summary>A program that cannot outlive the AppHost, and everything it starts itself.</summary>
/// <remarks>
/// On Linux and macOS a small shell launcher leads the program's process group and ends it when the AppHost's end of a pipe closes, which
/// the kernel does even after SIGKILL. On Windows a job object that closes with the AppHost does the same.
/// </remarks>
internal sealed partial class LaunchedProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private const int Interrupt = 2;
    private const int Kill = 9;
    private static readonly string LauncherScript = ReadLauncher();

    private static readonly TimeSpan OutputLimit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly Task _output;
    private volatile bool _gone;

    private LaunchedProcess(Process process, Action<string> onLine)
    {
        _process = process;
        Id = process.Id;
        _output = Task.WhenAll(PumpAsync(process.StandardOutput, onLine), PumpAsync(process.StandardError, onLine));
        Exited = WaitAsync();
    }

    /// <summary>Gets the process id: the launcher's where there is one, which is also the process group.</summary>
    public int Id { get; }

    /// <summary>Gets a task that ends with the exit code, after the last line of output.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts the program.</summary>
    /// <param name="plan">What to start.</param>
    /// <param name="onLine">Receives every line of output; called from two threads.</param>
    /// <exception cref="DistributedApplicationException">The program does not exist or may not be run.</exception>
    public static LaunchedProcess Start(LaunchPlan plan, Action<string> onLine)
    {
        var program = Programs.Find(plan.FileName) ?? throw new DistributedApplicationException(
            $"Program '{plan.FileName}' was not found. Fix: install it, or add its folder to PATH.");
        if (!Directory.Exists(plan.WorkingDirectory))
        {
            throw new DistributedApplicationException($"Working directory '{plan.WorkingDirectory}' does not exist. Fix: create it.");
        }

        var start = new ProcessStartInfo
        {
            WorkingDirectory = plan.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in plan.Environment)
        {
            start.Environment[name] = value;
        }

        if (OperatingSystem.IsWindows())
        {
            start.FileName = program;
            start.CreateNewProcessGroup = true;
        }
        else
        {
            // setsid comes with util-linux and BusyBox; perl, which macOS ships, does the same where it is missing.
            string[] group = Programs.Find("setsid") is { } setsid ? [setsid] : ["perl", "-e", "use POSIX; POSIX::setsid(); exec @ARGV"];
            start.FileName = group[0];
            foreach (var argument in group.Skip(1).Concat(["sh", "-c", LauncherScript, "launcher", Orchestrator.StopGraceSeconds, Quote(plan.Cleanup), program]))
            {
                start.ArgumentList.Add(argument);
            }
        }

        foreach (var argument in plan.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            var process = Process.Start(start)!;
            if (OperatingSystem.IsWindows())
            {
                WindowsJob.Instance.Add(process);
            }

            return new LaunchedProcess(process, onLine);
        }
        catch (Win32Exception error)
        {
            throw new DistributedApplicationException($"Program '{plan.FileName}' cannot be started: {error.Message}. Fix: check that it may be run by this user.", error);
        }
    }

    /// <summary>Asks the program to stop, insists after a while, and ends its whole group when the grace is over.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (!Exited.IsCompleted)
        {
            // Some programs take SIGTERM as "when everyone has left" (PostgreSQL does); SIGINT says "now, but tidily".
            await SignalAndWaitAsync(Terminate, grace / 2);
        }

        if (!Exited.IsCompleted)
        {
            await SignalAndWaitAsync(Interrupt, grace / 2);
        }

        KillGroup();
        await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        KillGroup();
        await Exited;
        _process.Dispose();
    }

    /// <summary>Ends the program and everything it started, at once.</summary>
    public void KillGroup()
    {
        if (_gone)
        {
            return;   // The system may have given the id to somebody else.
        }

        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }
        else if (SysKill(-Id, Kill) != 0)
        {
            SendSignal(Id, Kill);   // A launcher that has just been started leads no group yet.
        }
    }

    private static string ReadLauncher()
    {
        using var script = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("launcher.sh")!);
        // The text is an argument, which the process list shows: comments are for readers of the file.
        return string.Join('\n', script.ReadToEnd().Split('\n').Where(line => !line.StartsWith('#')));
    }

    /// <summary>Writes words for a POSIX shell.</summary>
    private static string Quote(IReadOnlyList<string> words) =>
        string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private static async Task PumpAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            onLine(line);
        }
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;
        if (!OperatingSystem.IsWindows())
        {
            // The watcher in the launcher, and whatever the program forgot, still hold the output open, and keep the group's id reserved.
            SendSignal(-Id, Kill);
        }

        _gone = true;
        // What left the group, as a daemon does, may hold it open for ever.
        await Task.WhenAny(_output, Task.Delay(OutputLimit));
        return code;
    }

    private async Task SignalAndWaitAsync(int signal, TimeSpan limit)
    {
        if (OperatingSystem.IsWindows())
        {
            WindowsJob.SendBreak(_process);
        }
        else
        {
            SendSignal(Id, signal);
        }

        await Task.WhenAny(Exited, Task.Delay(limit));
    }

    private static void SendSignal(int target, int signal) => _ = SysKill(target, signal);   // "No such process" means that it is done.

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SysKill(int pid, int sig);
}
