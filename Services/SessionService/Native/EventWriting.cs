using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;

namespace Runtime.SessionService;

/// <summary>Serves streams of appends.</summary>
internal sealed class EventWriting(ErrorTranslation errors, IOptions<SessionOptions> options, IHostApplicationLifetime lifetime)
{
    /// <summary>Serves one stream until the client has sent its last append, and has all answers; or until the call or the service ends.</summary>
    /// <param name="append">Appends one event.</param>
    public async Task RunAsync(
        IAsyncStreamReader<WriteEventsRequest> requests,
        IServerStreamWriter<WriteEventsResponse> responses,
        Func<AppendEventRequest, CancellationToken, Task<AppendEventResponse>> append,
        ServerCallContext context)
    {
        using var stream = new AppendStream(errors, append, context, options.Value.MaxUnansweredAppends, lifetime.ApplicationStopping);
        try
        {
            await stream.RunAsync(requests, responses);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException("This replica stops. Send what was not answered on a new stream; another one answers.", reason: "SERVICE_STOPPING");
        }
        catch (IOException)
        {
            // The client went away, and there is nobody to tell.
        }
    }
}
