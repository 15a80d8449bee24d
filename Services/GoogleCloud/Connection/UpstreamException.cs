using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

/// <summary>A Google product refused a request, or failed at it, in its own words.</summary>
public sealed class UpstreamException(string message, StatusCode status, string reason, Exception? inner = null)
    : ServiceException(message, status, reason, inner);
