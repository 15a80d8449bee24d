using Grpc.Core;
using Runtime.Sessions.V1;
using Runtime.Testing;
using Change = Runtime.Sessions.V1.WatchSessionsResponse.ChangeOneofCase;

namespace Runtime.SessionService.Tests;

/// <summary>An open watch stream, read message by message.</summary>
internal sealed class WatchCall : IDisposable
{
    private readonly AsyncServerStreamingCall<WatchSessionsResponse> _call;

    private WatchCall(AsyncServerStreamingCall<WatchSessionsResponse> call) => _call = call;

    /// <summary>Gets where the sessions were when the watch began.</summary>
    public IReadOnlyDictionary<string, long> Began { get; private set; } = new Dictionary<string, long>();

    /// <summary>Opens a stream and waits until the watch is on.</summary>
    public static async Task<WatchCall> OpenAsync(Sessions.V1.Sessions.SessionsClient client, WatchSessionsRequest request)
    {
        var watch = new WatchCall(client.WatchSessions(request, cancellationToken: TestContext.Current.CancellationToken));
        var first = await watch.NextAsync();
        Assert.Equal(Change.Watching, first.ChangeCase);
        watch.Began = first.Watching.Revisions;
        return watch;
    }

    /// <summary>Returns the next message, keep-alives too.</summary>
    public async Task<WatchSessionsResponse> NextAsync()
    {
        Assert.True(await MoveNextAsync(), "The stream has ended.");
        return _call.ResponseStream.Current;
    }

    /// <summary>Returns what the next messages say, in short: <c>event s1@3 id</c>.</summary>
    public async Task<IReadOnlyList<string>> NextAsync(int count)
    {
        var told = new List<string>();
        while (told.Count < count)
        {
            told.Add(Say(await NextAsync()));
        }

        return told;
    }

    /// <summary>Waits for the end of the stream.</summary>
    public async Task EndAsync() => Assert.False(await MoveNextAsync(), "The stream goes on.");

    public void Dispose() => _call.Dispose();

    private static string Say(WatchSessionsResponse message) => message.ChangeCase switch
    {
        Change.Event => $"event {message.SessionId}@{message.Revision} {message.Event.Id}",
        Change.Created => $"created {message.SessionId}@{message.Revision}",
        Change.Updated => $"updated {message.SessionId}@{message.Revision} {message.Updated.StateJson}{message.Updated.DisplayName}",
        Change.EventDeleted => $"event_deleted {message.SessionId}@{message.Revision} {message.EventDeleted.EventId}",
        Change.Deleted => $"deleted {message.SessionId}",
        var other => $"{other}",
    };

    private Task<bool> MoveNextAsync() => _call.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WaitAsync(TestTimeouts.Call);
}
