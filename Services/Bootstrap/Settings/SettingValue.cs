namespace Runtime.Bootstrap.Settings;

/// <summary>What a setting is in this process, and where that came from.</summary>
/// <param name="Value">The value; <see langword="null"/> when nothing says one.</param>
/// <param name="Source">The variable, the file or the other place it came from; <c>default</c>, or <c>not set</c>.</param>
/// <param name="Name">The name it was found under; <see langword="null"/> when nothing says one.</param>
public sealed record SettingValue(Setting Setting, string? Value, string Source, string? Name)
{
    /// <summary>Gets whether somebody set it, rather than leaving it to a default.</summary>
    public bool IsSet => Name is not null;

    /// <summary>Gets the value as it may be shown.</summary>
    public string? Shown => Value is null ? null : Setting.IsSecret ? Secrets.Hidden : Secrets.Mask(Value);

    /// <summary>Hides what is secret also from whoever prints the record.</summary>
    public override string ToString() => $"{Setting.Variable}={Shown} ({Source})";
}
