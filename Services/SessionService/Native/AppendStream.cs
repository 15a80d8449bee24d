using System.Threading.Channels;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;

namespace Runtime.SessionService;

/// <summary>One stream of appends: starts them as they come, keeps those of a session in their order, and answers each by its number.</summary>
/// <param name="limit">How many appends are read ahead of the answers.</param>
/// <param name="stopping">Ends the reading; what has been read is answered all the same.</param>
internal sealed class AppendStream(
    ErrorTranslation errors,
    Func<AppendEventRequest, CancellationToken, Task<AppendEventResponse>> append,
    ServerCallContext context,
    int limit,
    CancellationToken stopping) : IDisposable
{
    // Answers that are ready together leave together.
    private static readonly WriteOptions _moreFollows = new(WriteFlags.BufferHint);

    private readonly CancellationTokenSource _reading = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
    private readonly SemaphoreSlim _places = new(limit);
    private readonly Channel<WriteEventsResponse> _answers = Channel.CreateUnbounded<WriteEventsResponse>(new() { SingleReader = true });
    private readonly Dictionary<(string App, string User, string Session), Task> _last = [];

    public async Task RunAsync(IAsyncStreamReader<WriteEventsRequest> requests, IServerStreamWriter<WriteEventsResponse> responses)
    {
        var answering = AnswerAsync(responses);
        try
        {
            await ReadAsync(requests);
        }
        finally
        {
            // What has been read is answered, however the reading ended.
            await Task.WhenAll(_last.Values);
            _answers.Writer.Complete();
            await answering;
        }
    }

    public void Dispose()
    {
        _reading.Dispose();
        _places.Dispose();
    }

    private async Task ReadAsync(IAsyncStreamReader<WriteEventsRequest> requests)
    {
        for (long index = 0; ; index++)
        {
            await _places.WaitAsync(_reading.Token);
            if (!await requests.MoveNext(_reading.Token))
            {
                return;
            }

            var request = requests.Current.Append;
            var session = (request?.AppName ?? "", request?.UserId ?? "", request?.SessionId.Trim() ?? "");
            _last[session] = AppendAsync(index, request, _last.GetValueOrDefault(session, Task.CompletedTask));
            if (_last.Count > 2 * limit)
            {
                ForgetEnded();
            }
        }
    }

    private async Task AppendAsync(long index, AppendEventRequest? request, Task before)
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
#pragma warning disable CA1031 // Whatever one append fails with is its own answer, as it would be a call's.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var status = ErrorMapping.ToStatus(errors.Explain(error), context.GetHttpContext().TraceIdentifier);
            answer.Error = new() { Code = status.Code, Message = status.Message, Details = { status.Details } };
        }

        _answers.Writer.TryWrite(answer);
    }

    private async Task AnswerAsync(IServerStreamWriter<WriteEventsResponse> responses)
    {
        try
        {
            while (await _answers.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (_answers.Reader.TryRead(out var answer))
                {
                    responses.WriteOptions = _answers.Reader.TryPeek(out _) ? _moreFollows : null;
                    await responses.WriteAsync(answer, context.CancellationToken);
                    _places.Release();
                }
            }
        }
        catch
        {
            // Nobody would make room for what is read.
            await _reading.CancelAsync();
            throw;
        }
    }

    // At most so many are under way as there are places, so this happens once in as many appends at most.
    private void ForgetEnded()
    {
        foreach (var (session, _) in _last.Where(entry => entry.Value.IsCompleted))
        {
            _last.Remove(session);
        }
    }
}
