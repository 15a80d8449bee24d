namespace Runtime.Storage;

/// <summary>A value cannot be stored as it is; the writer can send a different one.</summary>
/// <param name="field">Path of the field in the native API's spelling, for example <c>event.event_json</c>.</param>
/// <param name="came">What came, when it helps and is not content; <see langword="null"/> otherwise.</param>
/// <param name="allowed">What is allowed there, as a phrase.</param>
public sealed class InvalidInputException(string field, string? came, string allowed, Exception? inner = null)
    : Exception(came is null ? $"Field '{field}' is unusable. Allowed: {allowed}." : $"Field '{field}' is '{came}'. Allowed: {allowed}.", inner)
{
    /// <summary>Gets the path of the field.</summary>
    public string Field { get; } = field;

    /// <summary>Gets what came, or <see langword="null"/> when it must not be repeated.</summary>
    public string? Came { get; } = came;

    /// <summary>Gets what is allowed, as a phrase.</summary>
    public string Allowed { get; } = allowed;
}
