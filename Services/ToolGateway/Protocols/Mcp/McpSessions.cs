using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>The sessions that are open, and what is known of each beside the package that holds them.</summary>
internal sealed class McpSessions : IDisposable
{
    public const string HeaderName = "Mcp-Session-Id";

    /// <summary>The id of a session of which nothing is kept, for clients that insist on one and take no stream.</summary>
    public const string NothingKept = "none";

    private readonly ConcurrentDictionary<string, McpSession> _sessions = new(StringComparer.Ordinal);
    private readonly LiveCatalogue _catalogue;
    private readonly TimeProvider _time;
    private readonly ILogger<McpSessions> _logger;

    public McpSessions(LiveCatalogue catalogue, TimeProvider time, ILogger<McpSessions> logger)
    {
        _catalogue = catalogue;
        _time = time;
        _logger = logger;
        _catalogue.Changed += TellAll;
    }

    public McpSession? Find(string id) => _sessions.GetValueOrDefault(id);

    /// <summary>Runs a session of the package until it ends; a server without an id lives for one request and is none.</summary>
    public async Task RunAsync(McpServer server, CancellationToken cancellationToken)
    {
        if (server.SessionId is not { Length: > 0 } id)
        {
            await server.RunAsync(cancellationToken);
            return;
        }

        _sessions[id] = new(server, _time);
        try
        {
            await server.RunAsync(cancellationToken);
        }
        finally
        {
            _sessions.TryRemove(id, out _);
        }
    }

    public void Dispose() => _catalogue.Changed -= TellAll;

    private void TellAll()
    {
        foreach (var session in _sessions.Values)
        {
            _ = TellAsync(session.Server);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A client that is gone must not keep the others from hearing.")]
    private async Task TellAsync(McpServer client)
    {
        try
        {
            await client.SendNotificationAsync(NotificationMethods.ToolListChangedNotification);
        }
        catch (Exception error)
        {
            ToolGatewayLog.ClientNotTold(_logger, error);
        }
    }
}

/// <summary>One session: the package's server for it, and the calls in it that the package does not see.</summary>
internal sealed class McpSession(McpServer server, TimeProvider time)
{
    // The package ends a session that it has not seen for two hours, and does not see what is answered in front of it.
    private static readonly TimeSpan ShownEvery = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new(StringComparer.Ordinal);
    private long _shown = time.GetTimestamp();

    public McpServer Server => server;

    /// <summary>Gets the revision that the handshake agreed on; the assumed one before it is over.</summary>
    public string Version => server.NegotiatedProtocolVersion ?? McpVersion.Assumed;

    public bool CanAsk => StreamApprover.CanAsk(server);

    /// <summary>Gets a value indicating whether the next call has to go through the package, so that it keeps the session.</summary>
    public bool IsDueToShow => time.GetElapsedTime(Volatile.Read(ref _shown)) > ShownEvery;

    public void Show() => Volatile.Write(ref _shown, time.GetTimestamp());

    /// <summary>Lets <see cref="Cancel"/> reach what runs until <see cref="End"/>. An id that is in use already stays with its first request.</summary>
    public void Begin(string request, CancellationTokenSource running) => _running.TryAdd(request, running);

    public void End(string request, CancellationTokenSource running) => _running.TryRemove(new(request, running));

    /// <summary>Cancels a request.</summary>
    /// <returns>False where no such request runs here.</returns>
    public bool Cancel(string request)
    {
        if (!_running.TryRemove(request, out var running))
        {
            return false;
        }

        running.Cancel();
        return true;
    }
}
