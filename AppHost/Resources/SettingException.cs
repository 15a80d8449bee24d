namespace Runtime.AppHost.Resources;

/// <summary>A setting of the stack cannot work. The message names it and ends in the one step that fixes it.</summary>
public sealed class SettingException(string problem, string setting, string fix, Exception? inner = null)
    : Exception($"{problem} Setting: {setting}. Fix: {fix}", inner);
