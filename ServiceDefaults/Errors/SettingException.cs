namespace Runtime.ServiceDefaults.Errors;

/// <summary>A setting is missing or cannot work. Thrown while starting, never while serving a request.</summary>
/// <param name="problem">What is wrong, with the value in quotes unless it is secret.</param>
/// <param name="setting">Full configuration path or variable name.</param>
/// <param name="fix">The one step that most likely helps.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class SettingException(string problem, string setting, string fix, Exception? inner = null)
    : Exception(Describe(problem, setting, fix), inner)
{
    /// <summary>Gets the full configuration path, ready to paste into a search.</summary>
    public string Setting { get; } = setting;

    public static string Describe(string problem, string setting, string fix) => $"{problem} Setting: {setting}. Fix: {fix}";
}
