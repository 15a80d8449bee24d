using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Runtime.Sessions.V1;
using Runtime.SessionService.Watch;
using Runtime.Storage;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.SessionService.Tests;

public sealed class WatchStreamTests(SessionServiceHost host) : IClassFixture<SessionServiceHost>
{
    [Fact]
    public async Task A_creation_that_a_read_told_already_is_not_told_again_when_its_report_comes()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var store = host.Services.GetRequiredService<ISessionStore>();
        var key = new SessionKey(Guid.CreateVersion7().ToString("n"), "u", "s1");
        var options = new WatchOptions();
        var inbox = new WatchInbox(key.App, key.User, sessionId: null, options);
        var client = new Client();
        var catchUp = new SessionCatchUp(store, Options.Create(options), host.Services.GetRequiredService<SessionMetrics>());
        var stream = new WatchStream(inbox, store, catchUp, options, TimeProvider.System, client);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = stream.RunAsync(known: null, end.Token);

        await client.HasAsync(1);
        var session = ((SessionCreated)await store.CreateAsync(key, new NewSession(ScopedState.Empty), cancellation)).Session;
        await AppendAsync("e1");
        inbox.Offer([new(key.Id, 1)]);
        await client.HasAsync(3);
        inbox.Offer(SessionChange.Created(session));
        await AppendAsync("e2");
        inbox.Offer([new(key.Id, 2)]);
        await client.HasAsync(4);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal(["Watching", "Created", "Event", "Event"], client.Kinds);

        Task AppendAsync(string id) => store.AppendAsync(
            key, EventJson.Prepare("""{"author":"a"}""", new EventHeader { Id = id }, DateTimeOffset.UtcNow), expectedRevision: null, cancellation);
    }

    private sealed class Client : IServerStreamWriter<WatchSessionsResponse>
    {
        private readonly List<string> _kinds = [];

        public WriteOptions? WriteOptions { get; set; }

        public IReadOnlyList<string> Kinds
        {
            get
            {
                lock (_kinds)
                {
                    return [.. _kinds];
                }
            }
        }

        public Task WriteAsync(WatchSessionsResponse message, CancellationToken cancellationToken) => WriteAsync(message);

        public Task WriteAsync(WatchSessionsResponse message)
        {
            lock (_kinds)
            {
                _kinds.Add(message.ChangeCase.ToString());
            }

            return Task.CompletedTask;
        }

        public async Task HasAsync(int count) => await Testing.Eventually.GetAsync(() => Kinds.Count >= count ? Kinds : null, $"Message {count}");
    }
}
