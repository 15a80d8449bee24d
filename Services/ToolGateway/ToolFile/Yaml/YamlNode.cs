namespace Runtime.ToolGateway.ToolFile.Yaml;

/// <summary>A place in a file, as compilers and editors write it; counted from one.</summary>
internal readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

/// <summary>A part of a YAML document that knows where it is.</summary>
internal abstract class YamlNode(Place place)
{
    public Place Place { get; } = place;

    /// <summary>Gets what it is, for messages.</summary>
    public abstract string Description { get; }
}

/// <summary>A text; whether it also is a number, truth value or null depends on who asks.</summary>
/// <param name="isPlain">It is written without quotes.</param>
internal sealed class YamlScalar(Place place, string text, bool isPlain) : YamlNode(place)
{
    private const int LongestEcho = 40;

    public string Text { get; } = text;

    public bool IsPlain { get; } = isPlain;

    /// <summary>Gets a value indicating whether it stands for nothing, as <c>default:</c> with nothing behind it does.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Description => $"'{(Text.Length > LongestEcho ? string.Concat(Text.AsSpan(0, LongestEcho), "…") : Text)}'";
}

/// <summary>A list.</summary>
internal sealed class YamlList(Place place, IReadOnlyList<YamlNode> items) : YamlNode(place)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    public override string Description => "a list";
}

/// <summary>A mapping of names to values, in the order of the file. A name may come twice: who reads it reports that.</summary>
internal sealed class YamlMap(Place place, IReadOnlyList<YamlEntry> entries) : YamlNode(place)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    public override string Description => "a mapping";

    public YamlEntry? Find(string name) => Entries.FirstOrDefault(entry => entry.Key.Text == name);
}

/// <summary>One name of a mapping, and its value.</summary>
internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
