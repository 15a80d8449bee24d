using Grpc.Core;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>A failure that a caller is told about, in words meant for that caller.</summary>
/// <remarks>
/// The one exception family of the services. <see cref="ErrorMapping"/> turns it into gRPC status with google.rpc details and into
/// problem JSON. A message has three parts: what happened, with the value in quotes; which setting or field; the one step that helps.
/// It never carries a secret, a connection string or the body of an event.
/// </remarks>
public abstract class ServiceException(string message, StatusCode status, string reason, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Gets the gRPC status that the failure travels as.</summary>
    public StatusCode Status { get; } = status;

    /// <summary>Gets the machine-readable cause, in UPPER_SNAKE_CASE; becomes <c>google.rpc.ErrorInfo.reason</c>.</summary>
    public string Reason { get; } = reason;

    /// <summary>Gets facts a program can act on; becomes <c>google.rpc.ErrorInfo.metadata</c>.</summary>
    public IDictionary<string, string> Facts { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
