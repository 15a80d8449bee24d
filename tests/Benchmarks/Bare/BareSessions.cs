using System.Globalization;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.Benchmarks.Sessions;
using Runtime.Benchmarks.Sessions.Databases;
using Runtime.Sessions.V1;
using Outcome = Runtime.Sessions.V1.AppendEventResponse.Types.Outcome;
using SessionsBase = Runtime.Sessions.V1.Sessions.SessionsBase;

namespace Runtime.Benchmarks.Bare;

/// <summary>Answers what the session benchmark asks as the session service does.</summary>
/// <remarks>Where an answer has a field that the floor's statement does not read, it has a constant of the same size.</remarks>
internal sealed class BareSessions(PostgresStatements statements) : SessionsBase
{
    private const string NoState = "{}";
    private const long Revision = 1000;

    private static readonly WriteOptions _moreFollows = new(WriteFlags.BufferHint);
    private static readonly string _eventId = BenchEvent.NewId();
    private static readonly Timestamp _time = Timestamp.FromDateTime(DateTime.UtcNow);

    public override async Task<Session> CreateSession(CreateSessionRequest request, ServerCallContext context)
    {
        var now = DateTime.UtcNow;
        await statements.CreateAsync(new(request.AppName, request.UserId, request.SessionId), now, context.CancellationToken);
        return Answer(request.AppName, request.UserId, request.SessionId, Timestamp.FromDateTime(now), Timestamp.FromDateTime(now), NoState);
    }

    public override Task<AppendEventResponse> AppendEvent(AppendEventRequest request, ServerCallContext context) => AppendAsync(request, context.CancellationToken);

    public override async Task WriteEvents(
        IAsyncStreamReader<WriteEventsRequest> requestStream, IServerStreamWriter<WriteEventsResponse> responseStream, ServerCallContext context)
    {
        var answers = Channel.CreateUnbounded<WriteEventsResponse>(new() { SingleReader = true });
        var answering = AnswerAsync();
        List<Task> appends = [];
        for (long index = 0; await requestStream.MoveNext(context.CancellationToken); index++)
        {
            appends.RemoveAll(append => append.IsCompleted);
            appends.Add(WriteAsync(index, requestStream.Current.Append));
        }

        await Task.WhenAll(appends);
        answers.Writer.Complete();
        await answering;

        async Task WriteAsync(long index, AppendEventRequest append) =>
            answers.Writer.TryWrite(new() { Index = index, Appended = await AppendAsync(append, context.CancellationToken) });

        async Task AnswerAsync()
        {
            while (await answers.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (answers.Reader.TryRead(out var answer))
                {
                    responseStream.WriteOptions = answers.Reader.TryPeek(out _) ? _moreFollows : null;
                    await responseStream.WriteAsync(answer, context.CancellationToken);
                }
            }
        }
    }

    public override async Task<Session> GetSession(GetSessionRequest request, ServerCallContext context)
    {
        var recent = request.HasNumRecentEvents ? request.NumRecentEvents : int.MaxValue;
        var events = await statements.ReadAsync<string>(new(request.AppName, request.UserId, request.SessionId), recent, context.CancellationToken);
        events.Reverse();
        var session = Answer(request.AppName, request.UserId, request.SessionId, _time, _time, NoState);
        session.Events.AddRange(events.Select(json => new Event
        {
            Id = _eventId,
            InvocationId = BenchEvent.InvocationId,
            Author = BenchEvent.Author,
            Timestamp = _time,
            EventJson = json,
            Revision = Revision,
        }));
        return session;
    }

    public override async Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        var rows = await statements.ListAsync(
            request.AppName,
            request.PageSize,
            row => Answer(
                request.AppName, row.GetString(1), row.GetString(0),
                Timestamp.FromDateTime(row.GetDateTime(2)), Timestamp.FromDateTime(row.GetDateTime(3)), row.GetString(4)),
            context.CancellationToken);
        return new() { Sessions = { rows } };
    }

    private async Task<AppendEventResponse> AppendAsync(AppendEventRequest request, CancellationToken cancellationToken)
    {
        var sent = request.Event;
        var milliseconds = sent.Timestamp.ToDateTimeOffset().ToUnixTimeMilliseconds();
        var stored = string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{sent.Id}}","timestamp":{{milliseconds}},{{sent.EventJson.AsSpan(1)}}""");
        await statements.AppendAsync(
            new(request.AppName, request.UserId, request.SessionId),
            new(sent.Id, BenchEvent.InvocationId, sent.Timestamp.ToDateTime(), stored),
            cancellationToken);
        return new() { Outcome = Outcome.Appended, EventId = sent.Id, Timestamp = sent.Timestamp, Revision = Revision };
    }

    private static Session Answer(string app, string user, string id, Timestamp created, Timestamp updated, string state) => new()
    {
        AppName = app,
        UserId = user,
        SessionId = id,
        StateJson = state,
        CreateTime = created,
        UpdateTime = updated,
        Revision = Revision,
    };
}
