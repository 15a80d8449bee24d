using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>How long to wait before trying again.</summary>
internal static class SpannerBackoff
{
    private const string RetryInfoTrailer = "google.rpc.retryinfo-bin";
    private const int MostDoublings = 6;

    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(8);

    /// <summary>As long as the server asks for, else longer with each attempt.</summary>
    public static TimeSpan After(Exception error, int attempt) => Asked(error) is { } asked ? asked : Jittered(attempt);

    /// <summary>From half to the whole of 16 ms, doubled with each attempt up to a second: those who got in each other's way part.</summary>
    public static TimeSpan Jittered(int attempt) => _first * Math.Pow(2, Math.Min(attempt - 1, MostDoublings)) * (1 + Random.Shared.NextDouble());

    // Spanner says it in a trailer of its own, newer servers in the status details as well.
    private static TimeSpan? Asked(Exception error)
    {
        if (error.InnerException is not RpcException rpc)
        {
            return null;
        }

        try
        {
            var info = rpc.GetRpcStatus()?.GetDetail<RetryInfo>()
                ?? (rpc.Trailers.GetValueBytes(RetryInfoTrailer) is { } trailer ? RetryInfo.Parser.ParseFrom(trailer) : null);
            return info?.RetryDelay?.ToTimeSpan();
        }
        catch (Exception unreadable) when (unreadable is InvalidProtocolBufferException or InvalidOperationException)
        {
            return null;
        }
    }
}
