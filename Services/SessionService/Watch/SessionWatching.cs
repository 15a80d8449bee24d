using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;
using Runtime.Storage;

namespace Runtime.SessionService.Watch;

/// <summary>Opens watch streams, and ends them when the service stops.</summary>
internal sealed class SessionWatching(
    ISessionStore store, SessionHub hub, SessionCatchUp catchUp, IOptions<WatchOptions> options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>Watches one session, or all of a user, until the call or the service ends.</summary>
    /// <param name="id">The session; <see langword="null"/> for all.</param>
    /// <param name="known">What the client has, by session id; <see langword="null"/> watches from now on.</param>
    public async Task WatchAsync(
        string app, string user, string? id, IReadOnlyDictionary<string, long>? known, IServerStreamWriter<WatchSessionsResponse> responses,
        CancellationToken cancellationToken)
    {
        foreach (var (session, revision) in known ?? new Dictionary<string, long>())
        {
            if (revision < 0 || (id is not null && id != session))
            {
                throw new InvalidArgumentException(
                    $"known.revisions.{session}", $"{revision}", "a revision from 0 of a session that is watched");
            }
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var inbox = new WatchInbox(app, user, id, options.Value);
        using (hub.Open(inbox))
        {
            try
            {
                await new WatchStream(inbox, store, catchUp, options.Value, time, responses).RunAsync(known, ends.Token);
            }
            catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                throw new UnavailableException("This replica stops. Watch again from the revisions that came last; another one answers.", reason: "SERVICE_STOPPING");
            }
        }
    }
}
