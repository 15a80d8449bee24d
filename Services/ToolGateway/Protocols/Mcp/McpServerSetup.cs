using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Makes the package's server answer what needs a stream: calls with progress or questions, and listening for changes.</summary>
internal sealed class McpServerSetup(McpCalls calls, McpToolLists lists, McpSessions sessions, LiveCatalogue catalogue, IHttpContextAccessor current)
{
    /// <summary>Sets up the server of one session, or of one request.</summary>
    /// <param name="http">The request that begins it.</param>
    public void Configure(McpServerOptions server, HttpContext http)
    {
        server.Capabilities = new() { Tools = new() { ListChanged = true } };
        server.Handlers.CallToolHandler = async (request, cancellationToken) => await CallAsync(request, current.HttpContext ?? http, cancellationToken);
        server.Handlers.SubscriptionsListenHandler = ListenAsync;
        server.Filters.Message.OutgoingFilters.Add(next => (message, cancellationToken) =>
        {
            // The package offers its log whether or not the server has one for clients.
            if (message.JsonRpcMessage is JsonRpcResponse { Result: JsonObject result } && result.ContainsKey("protocolVersion"))
            {
                (result["capabilities"] as JsonObject)?.Remove("logging");
            }

            return next(message, cancellationToken);
        });
    }

    private async Task<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, HttpContext http, CancellationToken cancellationToken)
    {
        // The package runs a call to its end when the connection is lost, and what nobody waits for should not hold a database.
        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, http.RequestAborted);
        var tools = lists.Find(http.GetRouteValue(McpEndpoint.ToolsetInPath) as string)
            ?? throw new McpProtocolException("The toolset is gone. Fix: list the tools again.", McpErrorCode.InvalidParams);
        var version = request.Server.NegotiatedProtocolVersion ?? McpVersion.Assumed;
        var caller = new McpCaller(version, tools, CallContexts.HeaderOf(http), CallContexts.CallerOf(http));
        var parameters = JsonSerializer.SerializeToElement(request.JsonRpcRequest.Params, McpJsonUtilities.DefaultOptions);
        if (calls.Read(parameters, tools, out var call) is { } problem)
        {
            throw new McpProtocolException(problem.Message, (McpErrorCode)problem.Code);
        }

        var session = sessions.Find(request.Server.SessionId ?? "");
        var id = RpcMessage.KeyOf(JsonSerializer.SerializeToElement(request.JsonRpcRequest.Id, McpJsonUtilities.DefaultOptions));
        session?.Begin(id, running);
        McpCallAnswer answer;
        try
        {
            answer = await calls.RunAsync(
                call,
                caller,
                request.Params?.ProgressToken is { } token ? (progress, cancellation) => ReportAsync(request.Server, token, progress, cancellation) : null,
                !caller.IsPerRequest && StreamApprover.CanAsk(request.Server) ? new StreamApprover(request.Server) : null,
                running.Token);
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The client ignores it, but its stream ends.
            throw new McpProtocolException("The call is cancelled.", McpErrorCode.InvalidRequest);
        }
        finally
        {
            session?.End(id, running);
        }

        var json = RpcAnswer.ResultAlone(version, (answer, version), static (json, state) => state.answer.Write(json, state.version));
        return answer.Question is null
            ? JsonSerializer.Deserialize<CallToolResult>(json.Span, McpJsonUtilities.DefaultOptions)!
            : throw new InputRequiredException(JsonSerializer.Deserialize<InputRequiredResult>(json.Span, McpJsonUtilities.DefaultOptions)!);
    }

    private static async ValueTask ReportAsync(McpServer client, ProgressToken token, ToolProgress progress, CancellationToken cancellationToken) =>
        await client.NotifyProgressAsync(
            token,
            new() { Progress = (float)progress.Done, Total = (float?)progress.Total, Message = progress.Message },
            cancellationToken: cancellationToken);

    private async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        // Changes that come faster than the client reads count as one.
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Note() => changes.Writer.TryWrite(true);
        var listens = request.Params?.Notifications.ToolsListChanged is true;
        if (listens)
        {
            catalogue.Changed += Note;
        }

        try
        {
            var acknowledged = Parameters(request);
            acknowledged["notifications"] = listens ? new JsonObject { ["toolsListChanged"] = true } : [];
            await request.Server.SendNotificationAsync(
                NotificationMethods.SubscriptionsAcknowledgedNotification, acknowledged, McpJsonUtilities.DefaultOptions, cancellationToken);
            await foreach (var _ in changes.Reader.ReadAllAsync(cancellationToken))
            {
                await request.Server.SendNotificationAsync(
                    NotificationMethods.ToolListChangedNotification, Parameters(request), McpJsonUtilities.DefaultOptions, cancellationToken);
            }

            return new EmptyResult();
        }
        finally
        {
            catalogue.Changed -= Note;
        }
    }

    private static JsonObject Parameters(RequestContext<SubscriptionsListenRequestParams> request) => new()
    {
        ["_meta"] = new JsonObject
        {
            ["io.modelcontextprotocol/subscriptionId"] = JsonSerializer.SerializeToNode(request.JsonRpcRequest.Id, McpJsonUtilities.DefaultOptions),
        },
    };
}
