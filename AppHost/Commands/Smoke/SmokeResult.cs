namespace Runtime.AppHost.Commands.Smoke;

/// <summary>How a smoke test ended.</summary>
internal enum SmokeOutcome
{
    Passed,
    Skipped,
    Failed,
}

/// <summary>One test of a smoke run.</summary>
/// <param name="Suite">Name of its class.</param>
/// <param name="Integration">Key of what it proves.</param>
/// <param name="Test">Its name, as a sentence.</param>
/// <param name="Mode">What it ran against: <c>emulator</c>, <c>recorded</c> or <c>live</c>.</param>
/// <param name="Message">Why it was skipped, or failed; empty when it passed.</param>
/// <param name="Details">Where it failed; empty otherwise.</param>
internal sealed record SmokeResult(
    string Suite, string Integration, string Test, string Mode, SmokeOutcome Outcome, TimeSpan Time, string Message = "", string Details = "")
{
    private const string Mark = "Fix: ";

    /// <summary>Gets the one step that helps; <see langword="null"/> where the message has none.</summary>
    public string? Fix => Message.LastIndexOf(Mark, StringComparison.Ordinal) is var at and >= 0 ? Message[(at + Mark.Length)..].Split('\n')[0].Trim() : null;

    /// <summary>Gets the first line of the message, without the step.</summary>
    public string Reason => (Message.LastIndexOf(Mark, StringComparison.Ordinal) is var at and >= 0 ? Message[..at] : Message).Split('\n')[0].Trim();
}
