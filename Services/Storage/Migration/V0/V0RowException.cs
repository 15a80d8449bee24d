namespace Runtime.Storage.Migration.V0;

/// <summary>A column of a version 0 row holds what ADK does not write there.</summary>
/// <param name="column">The column.</param>
/// <param name="problem">What is wrong, as a clause that fits behind "cannot be read:".</param>
internal sealed class V0RowException(string column, string problem, Exception? inner = null) : Exception(problem, inner)
{
    public string Column { get; } = column;
}
