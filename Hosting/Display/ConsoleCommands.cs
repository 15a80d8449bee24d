using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting.Display;

/// <summary>What a person can type while the stack runs.</summary>
internal sealed partial class ConsoleCommands(ResourceCommandService commands, ApplicationGraph graph, ResourceNotificationService notifications, IHostApplicationLifetime lifetime)
{
    private const string Help = "restart NAME, stop NAME, start NAME, status, quit";

    /// <summary>Gets a value indicating whether the terminal is ours. It suspends a background job that reads, and shows the shell's prompt meanwhile.</summary>
    public static bool InForeground { get; } = OperatingSystem.IsWindows() || Console.IsInputRedirected || TerminalGroup(0) == OwnGroup();

    /// <summary>Gets a value indicating whether somebody can type at all.</summary>
    public static bool Available => !Console.IsInputRedirected && InForeground;

    public void Start()
    {
        if (Available)
        {
            // A blocking read cannot be cancelled; a background thread ends with the process.
            new Thread(Read) { IsBackground = true, Name = "console commands" }.Start();
        }
    }

    private void Read()
    {
        while (Console.In.ReadLine() is { } line)
        {
            notifications.Say(new ConsoleMessage(AnswerTo(line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)), IsAnswer: true));
        }
    }

    /// <summary>Carries a line out, or begins to. Everything written goes through the display: it knows where the cursor is.</summary>
    private string AnswerTo(string[] words)
    {
        var target = words.ElementAtOrDefault(1) ?? "";
        switch (words.FirstOrDefault())
        {
            case null:
                return "";
            case "restart":
                _ = TellAsync(target, KnownResourceCommands.RestartCommand);
                return "";
            case "stop":
                _ = TellAsync(target, KnownResourceCommands.StopCommand);
                return "";
            case "start":
                _ = TellAsync(target, KnownResourceCommands.StartCommand);
                return "";
            case "status":
                return string.Join('\n', graph.Resources.Select(resource => notifications.Find(resource.Name)).OfType<ResourceSnapshot>().Select(
                    snapshot => $"{snapshot.Resource.Name}: {snapshot.State}, {snapshot.Health}{(snapshot.Reason.Length > 0 ? ", " + snapshot.Reason : "")}"));
            case "quit" or "exit":
                lifetime.StopApplication();
                return "";
            default:
                return $"Commands: {Help}.";
        }
    }

    private async Task TellAsync(string resource, string command)
    {
        var result = await commands.ExecuteCommandAsync(resource, command);
        if (!result.Success)
        {
            notifications.Say(new ConsoleMessage(result.ErrorMessage!));
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int TerminalGroup(int file);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();
}
