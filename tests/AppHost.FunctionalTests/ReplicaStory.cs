using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.Sessions.V1;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>Many writers through two replicas: nothing is lost, nothing is doubled, and order holds.</summary>
public abstract class ReplicaStory(Replicas replicas)
{
    private const int Writers = 16;
    private const int AppendsEach = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_that_sessions_of_one_user_write_to_shared_state_at_once_all_survive()
    {
        var clients = await replicas.ClientsAsync();
        var app = Replicas.NewApp();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var client = clients[writer % clients.Count];
            await client.CreateSessionAsync(new() { AppName = app, UserId = "ada", SessionId = $"{writer}" }, cancellationToken: Cancellation);
            for (var number = 0; number < AppendsEach; number++)
            {
                await Replicas.InsistAsync(() => AppendAsync(client, app, $"{writer}", $"{number}", $$"""{"app:{{writer}}-{{number}}":1,"user:{{writer}}-{{number}}":1}"""));
            }
        }));

        var session = await clients[0].GetSessionAsync(new() { AppName = app, UserId = "ada", SessionId = "0", NumRecentEvents = 0 }, cancellationToken: Cancellation);
        using var state = System.Text.Json.JsonDocument.Parse(session.StateJson);
        var keys = state.RootElement.EnumerateObject().Select(entry => entry.Name).ToList();
        Assert.Equal(Writers * AppendsEach, keys.Count(key => key.StartsWith("app:", StringComparison.Ordinal)));
        Assert.Equal(Writers * AppendsEach, keys.Count(key => key.StartsWith("user:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task First_sessions_of_a_new_app_are_all_created()
    {
        var clients = await replicas.ClientsAsync();
        var app = Replicas.NewApp();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => clients[writer % clients.Count].CreateSessionAsync(
            new() { AppName = app, UserId = $"{writer % 4}", SessionId = $"{writer}", StateJson = $$"""{"app:{{writer}}":1}""" }, cancellationToken: Cancellation).ResponseAsync));

        var listed = await clients[0].ListSessionsAsync(new() { AppName = app, PageSize = 100 }, cancellationToken: Cancellation);
        Assert.Equal(Writers, listed.Sessions.Count);
    }

    [Fact]
    public async Task Writers_of_one_session_keep_every_event_every_key_and_their_order()
    {
        var clients = await replicas.ClientsAsync();
        var app = Replicas.NewApp();
        await clients[0].CreateSessionAsync(new() { AppName = app, UserId = "ada", SessionId = "hot" }, cancellationToken: Cancellation);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var number = 0; number < AppendsEach; number++)
            {
                await Replicas.InsistAsync(() => AppendAsync(clients[writer % clients.Count], app, "hot", $"{writer}-{number}", $$"""{"{{writer}}-{{number}}":1}"""));
            }
        }));

        var session = await clients[1].GetSessionAsync(new() { AppName = app, UserId = "ada", SessionId = "hot" }, cancellationToken: Cancellation);
        using var state = System.Text.Json.JsonDocument.Parse(session.StateJson);
        Assert.Equal(Writers * AppendsEach, state.RootElement.EnumerateObject().Count());
        Assert.Equal(Writers * AppendsEach, session.Events.Count);
        Assert.Equal(Writers * AppendsEach, session.Revision);
        Assert.All(
            session.Events.Select(appended => appended.Id.Split('-')).GroupBy(parts => parts[0], parts => int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)),
            writer => Assert.Equal(Enumerable.Range(0, AppendsEach), writer));
    }

    [Fact]
    public async Task Events_of_one_moment_come_back_in_the_order_they_were_appended()
    {
        var clients = await replicas.ClientsAsync();
        var app = Replicas.NewApp();
        await clients[0].CreateSessionAsync(new() { AppName = app, UserId = "ada", SessionId = "tied" }, cancellationToken: Cancellation);
        // Ids against the order.
        var ids = Enumerable.Range(0, 30).Select(number => $"{99 - number}").ToList();
        foreach (var (id, number) in ids.Select((id, number) => (id, number)))
        {
            await AppendAsync(clients[number % clients.Count], app, "tied", id, "");
        }

        var all = await clients[0].GetSessionAsync(new() { AppName = app, UserId = "ada", SessionId = "tied" }, cancellationToken: Cancellation);
        var recent = await clients[1].GetSessionAsync(new() { AppName = app, UserId = "ada", SessionId = "tied", NumRecentEvents = 5 }, cancellationToken: Cancellation);

        Assert.Equal(ids, all.Events.Select(appended => appended.Id));
        Assert.Equal(ids.TakeLast(5), recent.Events.Select(appended => appended.Id));
    }

    [Fact]
    public async Task A_replica_that_is_killed_under_load_loses_and_doubles_nothing() =>
        await new Load(await replicas.ClientsAsync()).RunAsync(async () =>
        {
            await replicas.KillAsync(Replicas.Names[0]);
            await replicas.CommandAsync(Replicas.Names[0], KnownResourceCommands.StartCommand);
        });

    [Fact]
    public async Task A_replica_that_is_killed_under_a_stream_of_appends_loses_and_doubles_nothing()
    {
        var clients = await replicas.ClientsAsync();
        var app = Replicas.NewApp();
        foreach (var writer in Enumerable.Range(0, Writers))
        {
            await clients[0].CreateSessionAsync(new() { AppName = app, UserId = "ada", SessionId = $"{writer}" }, cancellationToken: Cancellation);
        }

        // The first of each session, then the second, and so on, without waiting for answers.
        const int Each = 400;
        var stream = new AppendsOverStreams(clients, [.. Enumerable.Range(0, Writers * Each).Select(number =>
            NewAppend(app, $"{number % Writers}", $"{number / Writers}", $$"""{"{{number}}":1}"""))]);
        var writing = stream.RunAsync();
        await stream.AnsweredAsync(Writers * 10);
        await replicas.KillAsync(Replicas.Names[0]);
        await replicas.CommandAsync(Replicas.Names[0], KnownResourceCommands.StartCommand);
        await writing;

        Assert.True(stream.Streams > 1, "All was written before the replica was killed.");
        foreach (var writer in Enumerable.Range(0, Writers))
        {
            var session = await clients[1].GetSessionAsync(new() { AppName = app, UserId = "ada", SessionId = $"{writer}" }, cancellationToken: Cancellation);
            Assert.Equal(Enumerable.Range(0, Each).Select(number => $"{number}"), session.Events.Select(stored => stored.Id));
            Assert.Equal(Each, session.Revision);
            using var state = System.Text.Json.JsonDocument.Parse(session.StateJson);
            Assert.Equal(Each, state.RootElement.EnumerateObject().Count());
        }
    }

    internal static Task<AppendEventResponse> AppendAsync(Sessions.V1.Sessions.SessionsClient client, string app, string session, string id, string delta) =>
        client.AppendEventAsync(NewAppend(app, session, id, delta), deadline: DateTime.UtcNow.AddSeconds(10), cancellationToken: Cancellation).ResponseAsync;

    private static AppendEventRequest NewAppend(string app, string session, string id, string delta) => new()
    {
        AppName = app,
        UserId = "ada",
        SessionId = session,
        Event = new() { Id = id, Author = "user", StateDeltaJson = delta, Timestamp = new Timestamp { Seconds = 1_763_872_000 } },
    };
}

/// <summary>Appends over one stream, and what that leaves unanswered over another one to the next replica, until all are answered.</summary>
internal sealed class AppendsOverStreams(IReadOnlyList<Sessions.V1.Sessions.SessionsClient> clients, IReadOnlyList<AppendEventRequest> appends)
{
    private IReadOnlyList<AppendEventRequest> _left = appends;
    private int _answered;

    /// <summary>Gets how many streams it took.</summary>
    public int Streams { get; private set; }

    /// <summary>Waits until so many appends are answered.</summary>
    public Task AnsweredAsync(int count) => Eventually.GetAsync(() => Volatile.Read(ref _answered) >= count ? this : null, $"{count} answers");

    public async Task RunAsync()
    {
        while (_left.Count > 0)
        {
            var sent = _left;
            var answered = new HashSet<long>();
            using var call = clients[Streams++ % clients.Count].WriteEvents(deadline: DateTime.UtcNow + TestTimeouts.Start, cancellationToken: TestContext.Current.CancellationToken);
            try
            {
                var sending = SendAsync(call.RequestStream, sent);
                while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
                {
                    Assert.Null(call.ResponseStream.Current.Error);
                    answered.Add(call.ResponseStream.Current.Index);
                    Interlocked.Increment(ref _answered);
                }

                await sending;
            }
            catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable)
            {
                // The next replica.
            }

            _left = [.. sent.Where((_, index) => !answered.Contains(index))];
        }
    }

    private static async Task SendAsync(IClientStreamWriter<WriteEventsRequest> requests, IReadOnlyList<AppendEventRequest> appends)
    {
        try
        {
            foreach (var append in appends)
            {
                await requests.WriteAsync(new() { Append = append }, TestContext.Current.CancellationToken);
            }

            await requests.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // The answers say why the stream broke.
        }
    }
}

/// <summary>Writers that append through whatever happens, and afterwards compare what was acknowledged with what is there.</summary>
internal sealed class Load(IReadOnlyList<Sessions.V1.Sessions.SessionsClient> clients)
{
    private const int Writers = 8;
    private const int AppendsBefore = 20;
    private const int AppendsAfter = 20;

    /// <summary>Runs the writers; the fault happens once all of them are at work, and they go on for a while after it is over.</summary>
    public async Task RunAsync(Func<Task> fault)
    {
        var app = Replicas.NewApp();
        var cancellation = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Replicas.InsistAsync(
            () => clients[0].CreateSessionAsync(new() { AppName = app, UserId = "ada", SessionId = $"{writer}" }, cancellationToken: cancellation).ResponseAsync)));

        var begun = new CountdownEvent(Writers);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable.Range(0, Writers).Select(writer => WriteAsync(app, writer, begun, over.Task)).ToArray();
        await Task.Run(() => begun.Wait(TestTimeouts.Start, cancellation), cancellation);
        await fault();
        over.SetResult();
        var appended = await Task.WhenAll(writers);

        foreach (var (count, writer) in appended.Select((count, writer) => (count, writer)))
        {
            var session = await clients[^1].GetSessionAsync(new() { AppName = app, UserId = "ada", SessionId = $"{writer}" }, cancellationToken: cancellation);
            Assert.Equal(Enumerable.Range(0, count).Select(number => $"{number}"), session.Events.Select(stored => stored.Id));
            Assert.Equal(count, session.Revision);
            using var state = System.Text.Json.JsonDocument.Parse(session.StateJson);
            Assert.Equal(count, state.RootElement.EnumerateObject().Count(entry => entry.Name.StartsWith($"user:{writer}-", StringComparison.Ordinal)));
        }
    }

    private async Task<int> WriteAsync(string app, int writer, CountdownEvent begun, Task over)
    {
        var number = 0;
        for (var left = AppendsAfter; left > 0; number++)
        {
            // Another replica for each try: the answer of the one that died may be lost, and the event be there already.
            var next = writer;
            await Replicas.InsistAsync(() => ReplicaStory.AppendAsync(clients[next++ % clients.Count], app, $"{writer}", $"{number}", $$"""{"user:{{writer}}-{{number}}":1}"""));
            if (number == AppendsBefore)
            {
                begun.Signal();
            }

            left -= over.IsCompleted ? 1 : 0;
        }

        return number;
    }
}

public sealed class ReplicaStoryOnPostgres(ReplicasOnPostgres replicas) : ReplicaStory(replicas), IClassFixture<ReplicasOnPostgres>
{
    private readonly Replicas _replicas = replicas;

    [Fact]
    public async Task A_database_that_restarts_under_load_loses_and_doubles_nothing() => await new Load(await _replicas.ClientsAsync()).RunAsync(
        () => _replicas.CommandAsync("postgres", KnownResourceCommands.RestartCommand));

    [Fact]
    public async Task A_database_that_is_killed_under_load_loses_and_doubles_nothing() => await new Load(await _replicas.ClientsAsync()).RunAsync(async () =>
    {
        await _replicas.KillDatabaseAsync();
        await _replicas.CommandAsync("postgres", KnownResourceCommands.StartCommand);
    });
}

public sealed class ReplicaStoryOnSqlite(ReplicasOnSqlite replicas) : ReplicaStory(replicas), IClassFixture<ReplicasOnSqlite>;
