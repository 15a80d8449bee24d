namespace Runtime.Smoke.Framework;

/// <summary>Ends the run when whoever started it is gone, also after SIGKILL: the system then closes the pipe that is this program's standard input.</summary>
public static class Lifeline
{
    /// <summary><c>true</c>: standard input is a pipe that stays open as long as the run is wanted.</summary>
    public const string Variable = "RUNTIME_SMOKE_LIFELINE";

    private static readonly Lazy<CancellationToken> Pipe = new(Watch);

    /// <summary>Gets a token that is cancelled when the run is no longer wanted.</summary>
    public static CancellationToken Ended => Pipe.Value;

    private static CancellationToken Watch()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not "true")
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

            ended.Cancel();
        });
        watcher.IsBackground = true;
        watcher.Start();
        return ended.Token;
    }
}
