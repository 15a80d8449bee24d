namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>The databases that can be named; a new one is one line here.</summary>
internal static class BenchDatabases
{
    private static readonly Dictionary<string, Func<CancellationToken, Task<IBenchDatabase>>> _known = new(StringComparer.Ordinal)
    {
        ["sqlite"] = SqliteBenchDatabase.OpenAsync,
        ["postgres"] = PostgresBenchDatabase.OpenAsync,
        ["spanner"] = SpannerBenchDatabase.OpenAsync,
    };

    public static IEnumerable<string> Names => _known.Keys;

    /// <summary>Starts a product.</summary>
    /// <exception cref="InvalidOperationException">It is not on this machine; the message says what to install.</exception>
    public static Task<IBenchDatabase> OpenAsync(string name, CancellationToken cancellationToken) => _known[name](cancellationToken);
}
