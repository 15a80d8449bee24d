using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;

namespace Runtime.SessionService;

/// <summary>Serves streams of appends: starts them as they come, keeps those of a session in their order, and answers each by its number.</summary>
internal sealed class EventWriting(ErrorTranslation errors, IOptions<SessionOptions> options, IHostApplicationLifetime lifetime)
{
    // Answers that are ready together leave together.
    private static readonly WriteOptions _moreFollows = new(WriteFlags.BufferHint);

    private readonly int _limit = options.Value.MaxUnansweredAppends;

    /// <summary>Serves one stream until the client has sent its last append, and has all answers; or until the call or the service ends.</summary>
    /// <param name="append">Appends one event.</param>
    public async Task RunAsync(
        IAsyncStreamReader<WriteEventsRequest> requests,
        IServerStreamWriter<WriteEventsResponse> responses,
        Func<AppendEventRequest, CancellationToken, Task<AppendEventResponse>> append,
        ServerCallContext context)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        using var places = new SemaphoreSlim(_limit);
        var answers = Channel.CreateUnbounded<WriteEventsResponse>(new() { SingleReader = true });
        var last = new Dictionary<(string App, string User, string Session), Task>();
        var answering = AnswerAsync();
        try
        {
            await ReadAsync();
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException("This replica stops. Send what was not answered on a new stream; another one answers.", reason: "SERVICE_STOPPING");
        }
        catch (IOException)
        {
            // The client went away, and there is nobody to tell.
        }
        finally
        {
            // What has been read is answered, however the reading ended.
            await Task.WhenAll(last.Values);
            answers.Writer.Complete();
            await answering;
        }

        async Task ReadAsync()
        {
            for (long index = 0; ; index++)
            {
                await places.WaitAsync(reading.Token);
                if (!await requests.MoveNext(reading.Token))
                {
                    return;
                }

                var request = requests.Current.Append;
                var session = (request?.AppName ?? "", request?.UserId ?? "", request?.SessionId.Trim() ?? "");
                last[session] = AppendAsync(index, request, last.GetValueOrDefault(session, Task.CompletedTask));
                if (last.Count > 2 * _limit)
                {
                    ForgetEnded(last);
                }
            }
        }

        async Task AppendAsync(long index, AppendEventRequest? request, Task before)
        {
            await before;
            var answer = new WriteEventsResponse { Index = index };
            try
            {
                answer.Appended = await append(
                    request ?? throw new InvalidArgumentException("append", came: null, "an app, a user, a session and an event"), context.CancellationToken);
            }
            catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                var status = ErrorMapping.ToStatus(errors.Explain(error), context.GetHttpContext().TraceIdentifier);
                answer.Error = new() { Code = status.Code, Message = status.Message, Details = { status.Details } };
            }

            answers.Writer.TryWrite(answer);
        }

        async Task AnswerAsync()
        {
            try
            {
                while (await answers.Reader.WaitToReadAsync(CancellationToken.None))
                {
                    while (answers.Reader.TryRead(out var answer))
                    {
                        responses.WriteOptions = answers.Reader.TryPeek(out _) ? _moreFollows : null;
                        await responses.WriteAsync(answer, context.CancellationToken);
                        places.Release();
                    }
                }
            }
            catch
            {
                // Nobody would make room for what is read.
                await reading.CancelAsync();
                throw;
            }
        }
    }

    // At most so many are under way as there are places, so this happens once in as many appends at most.
    private static void ForgetEnded<TSession>(Dictionary<TSession, Task> last)
        where TSession : notnull
    {
        foreach (var (session, _) in last.Where(entry => entry.Value.IsCompleted))
        {
            last.Remove(session);
        }
    }
}
