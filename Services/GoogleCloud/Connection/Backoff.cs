namespace Runtime.GoogleCloud.Connection;

/// <summary>How long to wait before trying again where the server does not say.</summary>
internal static class Backoff
{
    private const int MostDoublings = 6;

    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(8);

    /// <summary>From half to the whole of 16 ms, doubled with each attempt up to a second: those who got in each other's way part.</summary>
    public static TimeSpan Jittered(int attempt) => _first * Math.Pow(2, Math.Min(attempt - 1, MostDoublings)) * (1 + Random.Shared.NextDouble());
}
