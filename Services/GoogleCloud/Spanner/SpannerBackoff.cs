using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>How long to wait before trying again.</summary>
internal static class SpannerBackoff
{
    private const string RetryInfoTrailer = "google.rpc.retryinfo-bin";

    /// <summary>As long as the server asks for, else longer with each attempt.</summary>
    public static TimeSpan After(Exception error, int attempt) => Asked(error) is { } asked ? asked : Backoff.Jittered(attempt);

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
