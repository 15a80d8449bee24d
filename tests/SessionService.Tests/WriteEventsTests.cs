using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.Events;
using Runtime.Testing;
using Outcome = Runtime.Sessions.V1.AppendEventResponse.Types.Outcome;
using Result = Runtime.Sessions.V1.WriteEventsResponse.ResultOneofCase;

namespace Runtime.SessionService.Tests;

public sealed class WriteEventsTests(SessionServiceHost host) : ApiTest(host), IClassFixture<SessionServiceHost>
{
    [Fact]
    public async Task Appends_of_several_sessions_are_answered_by_number_and_keep_the_order_of_each()
    {
        string[] sessions = ["s1", "s2", "s3"];
        await Task.WhenAll(sessions.Select(id => CreateAsync(id)));
        using var stream = Client.WriteEvents(cancellationToken: Cancellation);

        // All of one second, so that only the order of append is left to sort by.
        for (var number = 0; number < 150; number++)
        {
            await stream.SendAsync(NewAppend(sessions[number % 3], At(1, id: $"{number}", delta: $$"""{"last":{{number}}}""")));
        }

        await stream.RequestStream.CompleteAsync();
        var answers = await stream.RestAsync();

        Assert.Equal(Enumerable.Range(0, 150).Select(number => (long)number), answers.Select(answer => answer.Index).Order());
        Assert.All(answers, answer => Assert.Equal(
            (Outcome.Appended, $"{answer.Index}", (answer.Index / 3) + 1), (answer.Appended.Outcome, answer.Appended.EventId, answer.Appended.Revision)));
        for (var at = 0; at < sessions.Length; at++)
        {
            var session = await Client.GetSessionAsync(new() { AppName = App, UserId = User, SessionId = sessions[at] }, cancellationToken: Cancellation);
            Assert.Equal(Enumerable.Range(0, 50).Select(turn => $"{at + (3 * turn)}"), session.Events.Select(stored => stored.Id));
            Assert.Equal($$"""{"last":{{147 + at}}}""", session.StateJson);
        }
    }

    [Fact]
    public async Task A_refused_append_is_answered_as_the_call_would_be_and_the_stream_goes_on()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));
        using var stream = Client.WriteEvents(cancellationToken: Cancellation);
        var stale = NewAppend("s1", At(2));
        stale.ExpectedRevision = 0;

        await stream.SendAsync(stale, NewAppend("nowhere", At(2)), NewAppend("s1", At(9, id: "1")), NewAppend("s1", new() { EventJson = """{"author":5}""" }), NewAppend("", At(2)), null);
        await stream.SendAsync(new AppendEventRequest { AppName = App, UserId = User, SessionId = "s1" }, NewAppend("s1", At(2, json: $$"""{"x":"{{new string('x', 4096)}}"}""")));
        await stream.SendAsync(NewAppend("s1", At(1)), NewAppend("s1", At(3)));
        var answers = (await stream.NextAsync(10)).OrderBy(answer => answer.Index).ToArray();

        AssertRefused(answers[0], StatusCode.Aborted, "STALE_SESSION");
        Assert.Equal("1", Info(Status(answers[0])).Metadata["current_revision"]);
        AssertRefused(answers[1], StatusCode.NotFound, "SESSION_NOT_FOUND");
        AssertRefused(answers[2], StatusCode.AlreadyExists, "EVENT_ID_TAKEN");
        AssertUnusable(answers[3], "event.event_json.author");
        AssertUnusable(answers[4], "session_id");
        AssertUnusable(answers[5], "append");
        AssertUnusable(answers[6], "event");
        AssertRefused(answers[7], StatusCode.ResourceExhausted, "LIMIT_EXCEEDED");
        Assert.Equal((Outcome.AlreadyAppended, 1L), (answers[8].Appended.Outcome, answers[8].Appended.Revision));
        Assert.Equal((Outcome.Appended, 2L), (answers[9].Appended.Outcome, answers[9].Appended.Revision));
        Assert.Equal(["1", "3"], (await GetAsync("s1")).Events.Select(stored => stored.Id));
    }

    [Fact]
    public async Task A_refusal_has_the_details_of_the_call()
    {
        using var stream = Client.WriteEvents(cancellationToken: Cancellation);

        await stream.SendAsync(NewAppend("nowhere", At(1)));
        var answer = Status(Assert.Single(await stream.NextAsync(1)));
        var call = (await Assert.ThrowsAsync<RpcException>(() => AppendAsync("nowhere", At(1)))).GetRpcStatus()!;

        // Requests have a name each.
        RequestInfo(answer).RequestId = RequestInfo(call).RequestId = "";
        Assert.Equal((call.Code, call.Message), (answer.Code, answer.Message));
        Assert.Equal(Info(call), Info(answer));
        Assert.Equal(call.Details.Select(detail => detail.TypeUrl), answer.Details.Select(detail => detail.TypeUrl));

        static RequestInfo RequestInfo(Google.Rpc.Status status) => status.GetDetail<RequestInfo>()!;
    }

    [Fact]
    public async Task A_partial_event_is_answered_and_not_stored()
    {
        await CreateAsync("s1");
        using var stream = Client.WriteEvents(cancellationToken: Cancellation);
        var chunk = At(1);
        chunk.Partial = true;

        await stream.SendAsync(NewAppend("s1", chunk));

        Assert.Equal(Outcome.PartialNotStored, Assert.Single(await stream.NextAsync(1)).Appended.Outcome);
        Assert.Empty((await GetAsync("s1")).Events);
    }

    [Fact]
    public async Task What_was_not_answered_can_be_sent_again_on_another_stream()
    {
        await CreateAsync("s1");
        using (var broken = Client.WriteEvents(cancellationToken: Cancellation))
        {
            await broken.SendAsync(NewAppend("s1", At(1)));
            await broken.NextAsync(1);
        }

        using var stream = Client.WriteEvents(cancellationToken: Cancellation);
        await stream.SendAsync(NewAppend("s1", At(1)), NewAppend("s1", At(2)));
        await stream.RequestStream.CompleteAsync();

        Assert.Equal([Outcome.AlreadyAppended, Outcome.Appended], (await stream.RestAsync()).Select(answer => answer.Appended.Outcome));
    }

    [Fact]
    public async Task A_slow_session_holds_up_no_other_and_its_appends_wait_for_each_other()
    {
        await using var database = Replica.NewDatabase();
        var store = new HeldStore(database);
        await using var replica = new Replica(store);
        var client = replica.OpenClient();
        await CreateAsync(client, "slow", "quick");
        using var stream = client.WriteEvents(cancellationToken: Cancellation);

        await stream.SendAsync(NewAppend("slow", At(1)), NewAppend("slow", At(2)), NewAppend(" slow ", At(3)), NewAppend("quick", At(4)));
        var first = Assert.Single(await stream.NextAsync(1));

        Assert.Equal((3L, Outcome.Appended), (first.Index, first.Appended.Outcome));
        Assert.Equal(["1", "4"], store.Begun);
        store.Release();
        Assert.Equal([(0L, 1L), (1L, 2L), (2L, 3L)], (await stream.NextAsync(3)).Select(answer => (answer.Index, answer.Appended.Revision)));
        Assert.Equal(["1", "4", "2", "3"], store.Begun);
    }

    [Fact]
    public async Task No_more_than_the_limit_is_read_ahead_of_the_answers()
    {
        await using var database = Replica.NewDatabase();
        var store = new HeldStore(database);
        await using var replica = new Replica(store, ("Sessions:MaxUnansweredAppends", "3"));
        var client = replica.OpenClient();
        string[] sessions = [.. Enumerable.Range(0, 20).Select(number => $"slow-{number}")];
        await CreateAsync(client, sessions);
        using var stream = client.WriteEvents(cancellationToken: Cancellation);

        await stream.SendAsync([.. sessions.Select(id => NewAppend(id, At(1)))]);
        await Eventually.GetAsync(() => store.Begun.Count >= 3 ? store : null, "Three appends");
        store.Release();
        await stream.RequestStream.CompleteAsync();

        Assert.Equal(20, (await stream.RestAsync()).Count(answer => answer.Appended.Outcome == Outcome.Appended));
        Assert.Equal(3, store.MostAtOnce);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_appends_and_is_no_failure_of_the_service()
    {
        await using var database = Replica.NewDatabase();
        var store = new HeldStore(database);
        var log = new ErrorLog();
        await using var replica = new Replica(store) { Log = log };
        // Over a socket: only there does a read end with what became of the connection.
        using var channel = GrpcChannel.ForAddress(replica.Listen());
        var client = new Sessions.V1.Sessions.SessionsClient(channel);
        await CreateAsync(client, "slow");
        using (var stream = client.WriteEvents(cancellationToken: Cancellation))
        {
            await stream.SendAsync(NewAppend("slow", At(1)));
            await Eventually.GetAsync(() => store.Begun.Count == 1 ? store : null, "The append");
        }

        await Eventually.GetAsync(() => store.Cancelled == 1 ? store : null, "The end of the append");
        Assert.Empty((await client.GetSessionAsync(new() { AppName = App, UserId = User, SessionId = "slow" }, cancellationToken: Cancellation)).Events);
        await replica.DisposeAsync();
        Assert.Empty(log.Errors);
    }

    [Fact]
    public async Task A_service_that_stops_answers_what_it_has_read_and_says_to_send_the_rest_elsewhere()
    {
        await using var database = Replica.NewDatabase();
        var store = new HeldStore(database);
        await using var replica = new Replica(store);
        var client = replica.OpenClient();
        await CreateAsync(client, "slow");
        using var stream = client.WriteEvents(cancellationToken: Cancellation);
        await stream.SendAsync(NewAppend("slow", At(1)));
        await Eventually.GetAsync(() => store.Begun.Count == 1 ? store : null, "The append");

        replica.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        store.Release();
        var answer = Assert.Single(await stream.NextAsync(1));
        var error = await Assert.ThrowsAsync<RpcException>(() => stream.NextAsync(1));

        Assert.Equal(Outcome.Appended, answer.Appended.Outcome);
        AssertRefused(error, StatusCode.Unavailable, "SERVICE_STOPPING");
    }

    private static ErrorInfo Info(Google.Rpc.Status status) => status.GetDetail<ErrorInfo>();

    private static Google.Rpc.Status Status(WriteEventsResponse answer) => Google.Rpc.Status.Parser.ParseFrom(answer.Error.ToByteArray());

    private static void AssertRefused(WriteEventsResponse answer, StatusCode status, string reason)
    {
        Assert.Equal(Result.Error, answer.ResultCase);
        Assert.Equal(((int)status, reason), (answer.Error.Code, Info(Status(answer)).Reason));
    }

    private static void AssertUnusable(WriteEventsResponse answer, string field)
    {
        AssertRefused(answer, StatusCode.InvalidArgument, "INVALID_ARGUMENT");
        Assert.Equal(field, Status(answer).GetDetail<BadRequest>().FieldViolations.Single().Field);
    }

    private AppendEventRequest NewAppend(string session, Event message) => new() { AppName = App, UserId = User, SessionId = session, Event = message };

    private async Task CreateAsync(Sessions.V1.Sessions.SessionsClient client, params IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            await client.CreateSessionAsync(new() { AppName = App, UserId = User, SessionId = id }, cancellationToken: Cancellation);
        }
    }

    /// <summary>Keeps what the service's log has of errors.</summary>
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Errors.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Holds the appends to sessions that are called slow until a test lets them go.</summary>
    private sealed class HeldStore(ISessionStore inner) : StoreInFront(inner)
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private readonly List<string> _begun = [];
        private int _atOnce;
        private int _cancelled;

        /// <summary>Gets the ids of the events whose appends have begun, in order.</summary>
        public IReadOnlyList<string> Begun
        {
            get
            {
                lock (_lock)
                {
                    return [.. _begun];
                }
            }
        }

        /// <summary>Gets how many appends were under way together at most.</summary>
        public int MostAtOnce { get; private set; }

        /// <summary>Gets how many appends were cancelled while they were held.</summary>
        public int Cancelled => Volatile.Read(ref _cancelled);

        public void Release() => _released.SetResult();

        public override async Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _begun.Add(offered.Id);
                MostAtOnce = Math.Max(MostAtOnce, ++_atOnce);
            }

            try
            {
                await (key.Id.StartsWith("slow", StringComparison.Ordinal) ? _released.Task.WaitAsync(cancellationToken) : Task.CompletedTask);
                return await base.AppendAsync(key, offered, expectedRevision, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }
            finally
            {
                lock (_lock)
                {
                    _atOnce--;
                }
            }
        }
    }
}

/// <summary>Short forms of what a test does with a stream of appends.</summary>
internal static class WriteEventsCall
{
    public static async Task SendAsync(
        this AsyncDuplexStreamingCall<WriteEventsRequest, WriteEventsResponse> stream, params IEnumerable<AppendEventRequest?> appends)
    {
        foreach (var append in appends)
        {
            await stream.RequestStream.WriteAsync(append is null ? new() : new() { Append = append }, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns the next answers, in the order in which they come.</summary>
    public static async Task<IReadOnlyList<WriteEventsResponse>> NextAsync(
        this AsyncDuplexStreamingCall<WriteEventsRequest, WriteEventsResponse> stream, int count)
    {
        List<WriteEventsResponse> answers = [];
        while (answers.Count < count)
        {
            Assert.True(await MoveNextAsync(stream), "The stream has ended.");
            answers.Add(stream.ResponseStream.Current);
        }

        return answers;
    }

    /// <summary>Returns all answers up to the end of the stream.</summary>
    public static async Task<IReadOnlyList<WriteEventsResponse>> RestAsync(this AsyncDuplexStreamingCall<WriteEventsRequest, WriteEventsResponse> stream)
    {
        List<WriteEventsResponse> answers = [];
        while (await MoveNextAsync(stream))
        {
            answers.Add(stream.ResponseStream.Current);
        }

        return answers;
    }

    private static Task<bool> MoveNextAsync(AsyncDuplexStreamingCall<WriteEventsRequest, WriteEventsResponse> stream) =>
        stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TestTimeouts.Call);
}
