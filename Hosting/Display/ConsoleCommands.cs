using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting.Display;

/// <summary>What a person can type while the stack runs.</summary>
internal sealed class ConsoleCommands(ResourceCommandService commands, ApplicationGraph graph, ResourceNotificationService notifications, IHostApplicationLifetime lifetime)
{
    private const string Help = "restart NAME, stop NAME, start NAME, status, quit";

    /// <summary>Gets a value indicating whether somebody can type at all.</summary>
    public static bool Available => !Console.IsInputRedirected;

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
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length > 0)
            {
                _ = CarryOutAsync(words);
            }
        }
    }

    private async Task CarryOutAsync(string[] words)
    {
        var target = words.ElementAtOrDefault(1) ?? "";
        switch (words[0])
        {
            case "restart":
                await TellAsync(target, KnownResourceCommands.RestartCommand);
                break;
            case "stop":
                await TellAsync(target, KnownResourceCommands.StopCommand);
                break;
            case "start":
                await TellAsync(target, KnownResourceCommands.StartCommand);
                break;
            case "status":
                foreach (var snapshot in graph.Resources.Select(resource => notifications.Find(resource.Name)).OfType<ResourceSnapshot>())
                {
                    Console.WriteLine($"{snapshot.Resource.Name}: {snapshot.State}, {snapshot.Health}{(snapshot.Reason.Length > 0 ? ", " + snapshot.Reason : "")}");
                }

                break;
            case "quit" or "exit":
                lifetime.StopApplication();
                break;
            default:
                Console.WriteLine($"Commands: {Help}.");
                break;
        }
    }

    private async Task TellAsync(string resource, string command)
    {
        var result = await commands.ExecuteCommandAsync(resource, command);
        if (!result.Success)
        {
            Console.WriteLine(result.ErrorMessage);
        }
    }
}
