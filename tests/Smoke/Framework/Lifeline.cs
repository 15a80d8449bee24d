namespace Runtime.Smoke.Framework;

/// <summary>Ends the run when whoever started it is gone, also after SIGKILL: the system then closes the pipe that is this program's standard input.</summary>
public static class Lifeline
{
    /// <summary>Set: standard input is a pipe that stays open as long as the run is wanted. The value is the folder of its temporary files.</summary>
    public const string Variable = "RUNTIME_SMOKE_LIFELINE";

    private static readonly Lazy<CancellationToken> Pipe = new(Watch);

    /// <summary>Gets a token that is cancelled when the run is no longer wanted.</summary>
    public static CancellationToken Ended => Pipe.Value;

    private static CancellationToken Watch()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
        {
            return CancellationToken.None;
        }

        var ended = new CancellationTokenSource();
        var watcher = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
            }

            // Who made the folder may not be there any more to remove it.
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder);
            ended.Cancel();
        });
        watcher.IsBackground = true;
        watcher.Start();
        return ended.Token;
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // It is gone, or the next run removes it.
        }
    }
}
