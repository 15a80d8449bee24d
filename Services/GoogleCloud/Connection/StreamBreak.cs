using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

internal static class StreamBreak
{
    /// <summary>Whether the connection went away, so that the same may be asked again, and not the server said no.</summary>
    /// <remarks>One that goes away inside a stream is INTERNAL to the gRPC library; what the server itself says has no exception inside.</remarks>
    public static bool Is(ServiceException error) => error is UnavailableException
        || error.InnerException is RpcException { StatusCode: StatusCode.Internal, Status.DebugException: not null };
}
