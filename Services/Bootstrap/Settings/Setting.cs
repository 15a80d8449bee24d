namespace Runtime.Bootstrap.Settings;

/// <summary>One setting of an integration, and under which names it is looked up.</summary>
/// <param name="Meaning">What it says, as a phrase.</param>
/// <param name="Names">Configuration path first, then the standard variables; the first that is set wins.</param>
public sealed record Setting(string Meaning, params IReadOnlyList<string> Names)
{
    /// <summary>Ends the first name of a setting that has any number of keys below it.</summary>
    public const string AnyKey = ":*";

    /// <summary>Gets what holds where no name is set, for a person; <see langword="null"/> for nothing.</summary>
    public string? Default { get; init; }

    /// <summary>Gets an example of a value.</summary>
    public string Sample { get; init; } = "";

    /// <summary>Gets the value that a local run uses; <see langword="null"/> where it needs none.</summary>
    public string? Local { get; init; }

    /// <summary>Gets whether the value may never be shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Gets whether several integrations share it, so that having it says nothing about wanting one of them.</summary>
    public bool IsShared { get; init; }

    /// <summary>Gets the name that people export: the standard variable where there is one.</summary>
    public string Variable => VariableOf(Names.FirstOrDefault(name => !name.Contains(':', StringComparison.Ordinal)) ?? Names[0]);

    /// <summary>One name is one setting, whichever entry of the catalogue made the object.</summary>
    public bool Equals(Setting? other) => other?.Names[0] == Names[0];

    public override int GetHashCode() => Names[0].GetHashCode(StringComparison.Ordinal);

    /// <summary>The variable that sets a configuration path.</summary>
    public static string VariableOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Replace(":", "__", StringComparison.Ordinal);
    }
}
