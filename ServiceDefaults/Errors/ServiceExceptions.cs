using Grpc.Core;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>The request cannot work as it is; a different one can. <c>INVALID_ARGUMENT</c>, HTTP 400.</summary>
/// <param name="field">Path of the field as the caller wrote it, for example <c>events[2].author</c>.</param>
/// <param name="came">What came, short; <see langword="null"/> when it was absent or must not be repeated.</param>
/// <param name="allowed">What is allowed there, as a phrase: <c>a whole number from 1 to 1000</c>.</param>
public sealed class InvalidArgumentException(string field, string? came, string allowed, Exception? inner = null)
    : ServiceException(Describe(field, came, allowed), StatusCode.InvalidArgument, "INVALID_ARGUMENT", inner)
{
    private const int LongestEcho = 80;

    public string Field { get; } = field;

    private static string Describe(string field, string? came, string allowed) => came is null
        ? $"Field '{field}' is missing or unusable. Allowed: {allowed}."
        : $"Field '{field}' is '{(came.Length > LongestEcho ? string.Concat(came.AsSpan(0, LongestEcho), "…") : came)}'. Allowed: {allowed}.";
}

/// <summary>An integration has no working configuration. <c>FAILED_PRECONDITION</c>, HTTP 412.</summary>
/// <param name="integration">Name of the integration as the runbook calls it, for example <c>Spanner</c>.</param>
/// <param name="code">Stable code, for example <c>SPANNER_NOT_CONFIGURED</c>.</param>
/// <param name="missing">What is missing, as a sentence without the fix.</param>
/// <param name="fix">The one command or variable that fixes it.</param>
public sealed class NotConfiguredException(string integration, string code, string missing, string fix)
    : ServiceException($"{missing} Fix: {fix}", StatusCode.FailedPrecondition, code, integration: integration)
{
    public override string Problem { get; } = missing;

    public override string Fix { get; } = fix;
}

/// <summary>Things are not in a state in which this can be done; the message says what to change. <c>FAILED_PRECONDITION</c>, HTTP 412.</summary>
public sealed class PreconditionException(string message, string reason, Exception? inner = null)
    : ServiceException(message, StatusCode.FailedPrecondition, reason, inner);

/// <summary>The named thing does not exist. <c>NOT_FOUND</c>, HTTP 404.</summary>
public sealed class NotFoundException(string message, string reason = "NOT_FOUND", Exception? inner = null)
    : ServiceException(message, StatusCode.NotFound, reason, inner);

/// <summary>The named thing exists already. <c>ALREADY_EXISTS</c>, HTTP 409.</summary>
public sealed class AlreadyExistsException(string message, string reason = "ALREADY_EXISTS", Exception? inner = null)
    : ServiceException(message, StatusCode.AlreadyExists, reason, inner);

/// <summary>Someone else changed the thing first: read it again, then retry. <c>ABORTED</c>, HTTP 409.</summary>
public sealed class StaleException(string message, string reason = "STALE", Exception? inner = null)
    : ServiceException(message, StatusCode.Aborted, reason, inner);

/// <summary>The caller is known and may not do this. <c>PERMISSION_DENIED</c>, HTTP 403.</summary>
public sealed class PermissionDeniedException(string message, string reason = "PERMISSION_DENIED", Exception? inner = null)
    : ServiceException(message, StatusCode.PermissionDenied, reason, inner);

/// <summary>The caller did not prove who it is, or its proof expired. <c>UNAUTHENTICATED</c>, HTTP 401.</summary>
public sealed class UnauthenticatedException(string message, string reason = "UNAUTHENTICATED", Exception? inner = null)
    : ServiceException(message, StatusCode.Unauthenticated, reason, inner);

/// <summary>A documented limit was reached. <c>RESOURCE_EXHAUSTED</c>, HTTP 429.</summary>
public sealed class LimitExceededException(string message, string reason = "LIMIT_EXCEEDED", Exception? inner = null)
    : ServiceException(message, StatusCode.ResourceExhausted, reason, inner);

/// <summary>Something behind the service does not answer; the same call may work later. <c>UNAVAILABLE</c>, HTTP 503.</summary>
/// <param name="message">What does not answer, and what to check.</param>
/// <param name="retryAfter">How long a client should wait; default one second. Becomes <c>google.rpc.RetryInfo</c> and <c>Retry-After</c>.</param>
/// <param name="reason">Machine-readable cause.</param>
/// <param name="inner">The driver's own error; never shown to callers.</param>
public sealed class UnavailableException(string message, TimeSpan? retryAfter = null, string reason = "UNAVAILABLE", Exception? inner = null)
    : ServiceException(message, StatusCode.Unavailable, reason, inner)
{
    public TimeSpan RetryAfter { get; } = retryAfter ?? TimeSpan.FromSeconds(1);
}

/// <summary>The work did not finish in its time. <c>DEADLINE_EXCEEDED</c>, HTTP 504.</summary>
public sealed class DeadlineException(string message, string reason = "DEADLINE_EXCEEDED", Exception? inner = null)
    : ServiceException(message, StatusCode.DeadlineExceeded, reason, inner);

/// <summary>What stands behind does not offer the operation. <c>UNIMPLEMENTED</c>, HTTP 501.</summary>
public sealed class NotSupportedHereException(string message, string reason = "NOT_SUPPORTED", Exception? inner = null)
    : ServiceException(message, StatusCode.Unimplemented, reason, inner);
