using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Makes the package's server answer what needs a stream: calls with progress or questions, and listening for changes.</summary>
internal sealed class McpServerSetup(McpCalls calls, McpToolLists lists, LiveCatalogue catalogue, IHttpContextAccessor current)
{
    /// <summary>Sets up the server of one session, or of one request.</summary>
    /// <param name="http">The request that begins it.</param>
    public void Configure(McpServerOptions server, HttpContext http)
    {
        server.Capabilities = new() { Tools = new() { ListChanged = true } };
        server.Handlers.CallToolHandler = async (request, cancellationToken) => await CallAsync(request, current.HttpContext ?? http, cancellationToken);
        server.Handlers.SubscriptionsListenHandler = ListenAsync;
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

        var answer = await calls.RunAsync(
            call,
            caller,
            request.Params?.ProgressToken is { } token ? (progress, cancellation) => ReportAsync(request.Server, token, progress, cancellation) : null,
            !caller.IsPerRequest && StreamApprover.CanAsk(request.Server) ? new StreamApprover(request.Server) : null,
            running.Token);
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
        var listens = request.Params?.Notifications.ToolsListChanged is true;
        JsonObject Parameters() => new()
        {
            ["_meta"] = new JsonObject
            {
                ["io.modelcontextprotocol/subscriptionId"] = JsonSerializer.SerializeToNode(request.JsonRpcRequest.Id, McpJsonUtilities.DefaultOptions),
            },
        };
        var acknowledged = Parameters();
        acknowledged["notifications"] = listens ? new JsonObject { ["toolsListChanged"] = true } : [];
        await request.Server.SendNotificationAsync(
            NotificationMethods.SubscriptionsAcknowledgedNotification, acknowledged, McpJsonUtilities.DefaultOptions, cancellationToken);

        // Changes that come faster than the client reads count as one.
        using var changed = new SemaphoreSlim(0, 1);
        void Tell()
        {
            if (changed.CurrentCount is 0)
            {
                changed.Release();
            }
        }

        if (listens)
        {
            catalogue.Changed += Tell;
        }

        try
        {
            while (true)
            {
                await changed.WaitAsync(cancellationToken);
                await request.Server.SendNotificationAsync(
                    NotificationMethods.ToolListChangedNotification, Parameters(), McpJsonUtilities.DefaultOptions, cancellationToken);
            }
        }
        finally
        {
            catalogue.Changed -= Tell;
        }
    }
}
