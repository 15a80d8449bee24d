namespace Runtime.Storage.Migration.Pickle;

// What a pickle is read into, beside null, bool, long, BigInteger, double, string and byte[]: a date, a UUID or a decimal number is the
// string that pydantic writes for it, and a tuple or set is a list.

/// <summary>A list, tuple or set. One instance may be in several places, or inside itself.</summary>
internal sealed class PickledList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dict in its own order. Keys are text, as in JSON.</summary>
internal sealed class PickledMap
{
    public OrderedDictionary<string, object?> Entries { get; } = new(StringComparer.Ordinal);
}

/// <summary>An instance of a Python class that is known to be a record of fields; its class is a name here and nothing more.</summary>
internal sealed class PickledObject
{
    public required PickledName Class { get; init; }

    /// <summary>Gets or sets what the instance said of itself; pydantic keeps the fields in its <c>__dict__</c>.</summary>
    public object? State { get; set; }
}

/// <summary>A name in a Python module. It is compared with names that are known, and never looked up.</summary>
internal sealed record PickledName(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A time zone of fixed offset; it occurs only as an argument of a time.</summary>
internal sealed record PickledZone(TimeSpan Offset);
