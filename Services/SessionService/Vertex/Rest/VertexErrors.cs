using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex.Rest;

/// <summary>Says failures as Google's REST APIs do: <c>{"error": {"code", "message", "status", "details"}}</c>, https://google.aip.dev/193.</summary>
internal static class VertexErrors
{
    private static readonly JsonFormatter _details = new(new JsonFormatter.Settings(false, TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor)));

    /// <summary>Runs an endpoint; what it throws is answered.</summary>
    public static async Task AnsweringAsync(VertexCall call, Func<VertexCall, Task> endpoint)
    {
        try
        {
            await endpoint(call);
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            // Nobody hears the answer.
        }
        catch (Exception error) when (!call.Context.Response.HasStarted)
        {
            var translation = call.Context.RequestServices.GetRequiredService<ErrorTranslation>();
            await AnswerAsync(call, error as ServiceException ?? translation.Explain(error));
        }
    }

    public static Task NoSuchMethod(VertexCall call) => throw new NotFoundException(
        $"There is no method {call.Context.Request.Method} {call.Context.Request.Path}. The calls and their paths are in docs/vertex.md.", "METHOD_NOT_FOUND");

    private static Task AnswerAsync(VertexCall call, ServiceException error)
    {
        call.Context.Response.Clear();
        var status = ErrorMapping.ToStatus(error, call.Context.TraceIdentifier);
        if (error is UnavailableException unavailable)
        {
            call.Context.Response.Headers.RetryAfter = $"{Math.Ceiling(unavailable.RetryAfter.TotalSeconds)}";
        }

        // Google's APIs say 400 for a failed precondition: https://cloud.google.com/apis/design/errors.
        var code = error.Status == StatusCode.FailedPrecondition ? StatusCodes.Status400BadRequest : ErrorMapping.ToHttpStatus(error.Status);
        return call.AnswerAsync(
            writer =>
            {
                writer.WriteStartObject();
                writer.WriteStartObject("error");
                writer.WriteNumber("code", code);
                writer.WriteString("message", status.Message);
                writer.WriteString("status", Name(error.Status));
                writer.WriteStartArray("details");
                foreach (var detail in status.Details)
                {
                    writer.WriteRawValue(_details.Format(detail));
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
                writer.WriteEndObject();
            },
            code);
    }

    // INVALID_ARGUMENT, as google.rpc.Code spells it.
    private static string Name(StatusCode status) => status switch
    {
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        _ => "UNKNOWN",
    };
}
