namespace Runtime.Storage.Connections;

/// <summary>A session database address cannot work, whatever the database does. The message never shows a password.</summary>
/// <param name="problem">What is wrong, as a sentence.</param>
/// <param name="fix">The one step that helps.</param>
public sealed class ConnectionUrlException(string problem, string fix, Exception? inner = null) : Exception($"{problem} Fix: {fix}", inner)
{
    /// <summary>Gets what is wrong, as a sentence.</summary>
    public string Problem { get; } = problem;

    /// <summary>Gets the one step that helps.</summary>
    public string Fix { get; } = fix;
}
