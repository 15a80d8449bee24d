using Google.Rpc;
using Grpc.Core;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.Events;
using Runtime.Testing;
using Change = Runtime.Sessions.V1.WatchSessionsResponse.ChangeOneofCase;

namespace Runtime.SessionService.Tests;

/// <summary>Watching across processes, and its limits.</summary>
public sealed class WatchReplicasTests
{
    private static readonly (string, string) _pollsOften = ("Sessions:Watch:PollInterval", "00:00:00.1");
    private static readonly (string, string) _pollsSeldom = ("Sessions:Watch:PollInterval", "00:10:00");
    private static readonly (string, string) _pollsSeldomWithSignals = ("Sessions:Watch:SignalledPollInterval", "00:10:00");
    private static readonly SessionKey _key = new("a", "u", "s1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_on_one_replica_reaches_the_watchers_of_another(bool signals)
    {
        await using var database = Replica.NewDatabase();
        var bus = new SignalBus();
        await using var first = new Replica(Front(), signals ? _pollsSeldom : _pollsOften, _pollsSeldomWithSignals);
        await using var second = new Replica(Front(), signals ? _pollsSeldom : _pollsOften, _pollsSeldomWithSignals);
        var (writer, reader) = (first.OpenClient(), second.OpenClient());
        await CreateAsync(writer);
        using var watch = await WatchCall.OpenAsync(reader, new() { AppName = "a", UserId = "u" });
        if (signals)
        {
            await Eventually.GetAsync(() => bus.Listeners > 0 ? bus : null, "A listener");
        }

        await AppendAsync(writer, "1");
        Assert.Equal(["event s1@1 1"], await watch.NextAsync(1));
        await writer.UpdateSessionAsync(new() { AppName = "a", UserId = "u", SessionId = "s1", StateDeltaJson = """{"a":1}""" }, cancellationToken: Cancellation);
        Assert.Equal(["""updated s1@2 {"a":1}"""], await watch.NextAsync(1));
        await writer.CreateSessionAsync(new() { AppName = "a", UserId = "u", SessionId = "s2" }, cancellationToken: Cancellation);
        Assert.Equal(["created s2@0"], await watch.NextAsync(1));
        await writer.DeleteSessionAsync(new() { AppName = "a", UserId = "u", SessionId = "s1" }, cancellationToken: Cancellation);
        Assert.Equal(["deleted s1"], await watch.NextAsync(1));

        ISessionStore Front() => signals ? new SignallingStore(database, bus) : new StoreInFront(database);
    }

    [Fact]
    public async Task A_new_name_reaches_the_watchers_of_another_replica_by_signal()
    {
        await using var database = Replica.NewDatabase();
        var bus = new SignalBus();
        await using var first = new Replica(new SignallingStore(database, bus), _pollsSeldom);
        await using var second = new Replica(new SignallingStore(database, bus), _pollsSeldom);
        var writer = first.OpenClient();
        await CreateAsync(writer);
        using var watch = await WatchCall.OpenAsync(second.OpenClient(), new() { AppName = "a", UserId = "u", SessionId = "s1" });
        await Eventually.GetAsync(() => bus.Listeners > 0 ? bus : null, "A listener");

        await writer.UpdateSessionAsync(new() { AppName = "a", UserId = "u", SessionId = "s1", DisplayName = "name" }, cancellationToken: Cancellation);

        Assert.Equal(["updated s1@0 {}name"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task A_change_that_nobody_signals_is_found_by_asking_the_database()
    {
        await using var database = Replica.NewDatabase();
        await using var replica = new Replica(new SignallingStore(database, new SignalBus()), _pollsOften, ("Sessions:Watch:SignalledPollInterval", "00:00:00.2"));
        var client = replica.OpenClient();
        await CreateAsync(client);
        using var watch = await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u", SessionId = "s1" });
        await AppendAsync(client, "1");
        Assert.Equal(["event s1@1 1"], await watch.NextAsync(1));

        // As another program does that knows nothing of signals.
        await database.AppendAsync(_key, EventJson.Prepare("""{"id":"2","author":"adk"}""", new(), TimeProvider.System.GetUtcNow()), null, Cancellation);
        Assert.Equal(["event s1@2 2"], await watch.NextAsync(1));

        await AppendAsync(client, "3");
        Assert.Equal(["event s1@3 3"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task A_change_of_this_process_is_told_without_asking_the_database()
    {
        await using var database = Replica.NewDatabase();
        var front = new StoreInFront(database);
        await using var replica = new Replica(front, _pollsSeldom, _pollsSeldomWithSignals);
        var client = replica.OpenClient();
        await CreateAsync(client);
        using var watch = await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u" });
        var reads = front.Reads;

        await AppendAsync(client, "1");
        await AppendAsync(client, "2");

        Assert.Equal(["event s1@1 1", "event s1@2 2"], await watch.NextAsync(2));
        Assert.Equal(reads, front.Reads);
    }

    [Fact]
    public async Task A_gap_left_by_another_replica_is_filled_before_the_next_change_is_told()
    {
        await using var database = Replica.NewDatabase();
        await using var replica = new Replica(new StoreInFront(database), _pollsSeldom, _pollsSeldomWithSignals);
        var client = replica.OpenClient();
        await CreateAsync(client);
        using var watch = await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u", SessionId = "s1" });

        await database.AppendAsync(_key, EventJson.Prepare("""{"id":"1","author":"adk"}""", new(), TimeProvider.System.GetUtcNow()), null, Cancellation);
        await AppendAsync(client, "2");

        Assert.Equal(["event s1@1 1", "event s1@2 2"], await watch.NextAsync(2));
    }

    [Fact]
    public async Task A_client_that_reads_late_is_told_everything_from_the_database()
    {
        await using var database = Replica.NewDatabase();
        var front = new StoreInFront(database);
        await using var replica = new Replica(front, _pollsSeldom, ("Sessions:Watch:BufferedChanges", "16"), ("Sessions:Watch:BufferedBytes", "65536"));
        var client = replica.OpenClient();
        await CreateAsync(client);
        using var watch = await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u", SessionId = "s1" });

        // More than the transport holds for a client that does not read, and more than waits for it in the service.
        var content = new string('x', 20_000);
        for (var number = 1; number <= 200; number++)
        {
            await client.AppendEventAsync(
                new() { AppName = "a", UserId = "u", SessionId = "s1", Event = new() { Author = "agent", Id = $"{number}", EventJson = $$"""{"output":"{{content}}"}""" } },
                cancellationToken: Cancellation);
        }

        for (var number = 1; number <= 200; number++)
        {
            var told = await watch.NextAsync();
            Assert.Equal((Change.Event, number, $"{number}"), (told.ChangeCase, told.Revision, told.Event.Id));
        }

        Assert.True(front.Reads > 0);
    }

    [Fact]
    public async Task A_stream_too_far_behind_is_aborted_and_names_the_session()
    {
        await using var database = Replica.NewDatabase();
        await using var replica = new Replica(new StoreInFront(database), ("Sessions:Watch:MaxCatchUp", "2"));
        var client = replica.OpenClient();
        await CreateAsync(client);
        await AppendAsync(client, "1");
        await AppendAsync(client, "2");
        await AppendAsync(client, "3");

        using var near = await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u", Known = new() { Revisions = { ["s1"] = 1 } } });
        using var far = await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u", Known = new() });
        var error = await Assert.ThrowsAsync<RpcException>(() => far.NextAsync());

        Assert.Equal(["event s1@2 2", "event s1@3 3"], await near.NextAsync(2));
        Assert.Equal(StatusCode.Aborted, error.StatusCode);
        var info = error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!;
        Assert.Equal(("WATCH_TOO_FAR_BEHIND", "s1", "3"), (info.Reason, info.Metadata["session_id"], info.Metadata["current_revision"]));
    }

    [Fact]
    public async Task One_watcher_too_many_is_resource_exhausted_until_another_leaves()
    {
        await using var database = Replica.NewDatabase();
        await using var replica = new Replica(new StoreInFront(database), ("Sessions:Watch:MaxWatchers", "1"));
        var client = replica.OpenClient();
        var watch = await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u" });

        var error = await Assert.ThrowsAsync<RpcException>(() => WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u" }));
        watch.Dispose();

        Assert.Equal((StatusCode.ResourceExhausted, "WATCHERS_EXHAUSTED"), (error.StatusCode, error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Contains("Sessions:Watch:MaxWatchers", error.Status.Detail, StringComparison.Ordinal);
        var hub = replica.Services.GetService(typeof(Watch.SessionHub)) as Watch.SessionHub;
        await Eventually.GetAsync(() => hub!.IsWatched ? null : hub, "The end of the first watch");
        (await WatchCall.OpenAsync(client, new() { AppName = "a", UserId = "u" })).Dispose();
    }

    [Fact]
    public async Task A_silent_stream_says_that_it_is_alive()
    {
        await using var database = Replica.NewDatabase();
        await using var replica = new Replica(new StoreInFront(database), _pollsOften, ("Sessions:Watch:KeepAlive", "00:00:01"));
        using var watch = await WatchCall.OpenAsync(replica.OpenClient(), new() { AppName = "a", UserId = "u" });

        Assert.Equal(Change.KeepAlive, (await watch.NextAsync()).ChangeCase);
    }

    [Fact]
    public async Task A_service_that_stops_ends_its_streams_and_says_to_watch_again()
    {
        await using var database = Replica.NewDatabase();
        var replica = new Replica(new StoreInFront(database));
        using var watch = await WatchCall.OpenAsync(replica.OpenClient(), new() { AppName = "a", UserId = "u" });

        var next = watch.NextAsync();
        var lifetime = (Microsoft.Extensions.Hosting.IHostApplicationLifetime)replica.Services.GetService(typeof(Microsoft.Extensions.Hosting.IHostApplicationLifetime))!;
        lifetime.StopApplication();
        var error = await Assert.ThrowsAsync<RpcException>(() => next);
        await replica.DisposeAsync();

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal("SERVICE_STOPPING", error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Reason);
    }

    private static Task<Sessions.V1.Session> CreateAsync(Sessions.V1.Sessions.SessionsClient client) =>
        client.CreateSessionAsync(new() { AppName = "a", UserId = "u", SessionId = "s1" }, cancellationToken: Cancellation).ResponseAsync;

    private static Task<AppendEventResponse> AppendAsync(Sessions.V1.Sessions.SessionsClient client, string id) => client.AppendEventAsync(
        new() { AppName = "a", UserId = "u", SessionId = "s1", Event = new() { Author = "agent", Id = id } }, cancellationToken: Cancellation).ResponseAsync;
}
