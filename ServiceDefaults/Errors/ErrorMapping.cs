using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>The one place where a failure gets its outside form.</summary>
/// <remarks>Status meanings and detail messages follow https://google.aip.dev/193 and google/rpc/error_details.proto.</remarks>
public static class ErrorMapping
{
    /// <summary>The <c>ErrorInfo.domain</c> of every error that starts in these services.</summary>
    public const string Domain = "runtime.adk";

    /// <summary>Says a failure as a gRPC status with typed details.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="requestId">What the request is called in this service's log.</param>
    public static Google.Rpc.Status ToStatus(ServiceException error, string requestId)
    {
        ArgumentNullException.ThrowIfNull(error);

        var status = new Google.Rpc.Status { Code = (int)error.Status, Message = error.Message };
        var info = new ErrorInfo { Reason = error.Reason, Domain = Domain };
        info.Metadata.Add(error.Facts);
        if (error.Integration is { } integration)
        {
            info.Metadata["integration"] = integration;
        }

        if (error.Fix is { } fix)
        {
            info.Metadata["fix"] = fix;
        }

        status.Details.Add(Any.Pack(info));
        status.Details.Add(Details(error).Select(Any.Pack));
        status.Details.Add(Any.Pack(new RequestInfo { RequestId = requestId }));
        return status;
    }

    /// <summary>The HTTP status of a gRPC code, as google/rpc/code.proto pairs them; a failed precondition is 412 here, because 400 says "resend differently".</summary>
    public static int ToHttpStatus(StatusCode code) => code switch
    {
        StatusCode.OK => 200,
        StatusCode.InvalidArgument or StatusCode.OutOfRange => 400,
        StatusCode.Unauthenticated => 401,
        StatusCode.PermissionDenied => 403,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists or StatusCode.Aborted => 409,
        StatusCode.FailedPrecondition => 412,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Cancelled => 499,
        StatusCode.Unimplemented => 501,
        StatusCode.Unavailable => 503,
        StatusCode.DeadlineExceeded => 504,
        _ => 500,
    };

    private static IEnumerable<IMessage> Details(ServiceException error)
    {
        switch (error)
        {
            case InvalidArgumentException invalid:
                yield return new BadRequest
                {
                    FieldViolations = { new BadRequest.Types.FieldViolation { Field = invalid.Field, Description = invalid.Message } },
                };
                break;
            case NotConfiguredException missing:
                yield return new PreconditionFailure
                {
                    Violations =
                    {
                        new PreconditionFailure.Types.Violation { Type = missing.Reason, Subject = missing.Integration ?? "", Description = missing.Problem },
                    },
                };
                break;
            case UnavailableException unavailable:
                yield return new RetryInfo { RetryDelay = Duration.FromTimeSpan(unavailable.RetryAfter) };
                break;
            default:
                break;
        }

        if (error.Fix is { } fix)
        {
            yield return new Help { Links = { new Help.Types.Link { Description = fix, Url = error.Docs } } };
        }
    }
}
