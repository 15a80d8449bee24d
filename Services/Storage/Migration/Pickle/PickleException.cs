namespace Runtime.Storage.Migration.Pickle;

/// <summary>A Python pickle is damaged, holds more than plain data, or would take more memory than a pickle of ADK's ever does.</summary>
/// <param name="problem">What is wrong, as a clause that fits behind "cannot be read:". It never repeats a value of the pickle.</param>
internal sealed class PickleException(string problem, Exception? inner = null) : Exception(problem, inner)
{
    /// <summary>
    /// Gets the Python name, as in <c>my_app.Order</c>, that the pickle wants to have imported or called; <see langword="null"/> for
    /// any other fault.
    /// </summary>
    public string? Global { get; init; }
}
