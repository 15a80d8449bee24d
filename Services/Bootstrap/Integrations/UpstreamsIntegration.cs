using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Servers whose tools are offered further: MCP Toolbox for Databases, and any MCP server over HTTP.</summary>
public sealed class UpstreamsIntegration : Integration
{
    private const string Section = $"{GoogleVariables.Section}:ToolboxAndMCP";
    private const string SessionHeader = "Mcp-Session-Id";

    private static readonly Setting ToolboxUrl = new("address of an MCP Toolbox server", $"{Section}:ToolboxUrl", "TOOLBOX_URL") { Sample = "http://127.0.0.1:5000" };

    private static readonly Setting McpUrl = new("address of the endpoint of an MCP server", $"{Section}:McpUrl") { Sample = "http://127.0.0.1:8000/mcp" };

    private static readonly Setting Token = new("token that both are sent", $"{Section}:Token") { IsSecret = true, Sample = "<token>" };

    public override string Name => "Toolbox and MCP";

    public override IReadOnlyList<Setting> Settings => [ToolboxUrl, McpUrl, Token];

    public override string Endpoint => "as the addresses say";

    public override string Question => "of Toolbox, the default toolset; of an MCP server, `initialize`";

    public override IReadOnlyList<Remedy> Remedies { get; } =
    [
        new("TOOLBOX_NOT_CONFIGURED", IntegrationState.NotConfigured, "no address", $"export {ToolboxUrl.Variable}={ToolboxUrl.Sample}"),
        new("UPSTREAM_URL_INVALID", IntegrationState.Invalid, "an address is no http address", $"export {ToolboxUrl.Variable}={ToolboxUrl.Sample}"),
        new("TOOLBOX_UNREACHABLE", IntegrationState.Unreachable, "the Toolbox server does not answer, or something else does", "toolbox --tools-file tools.yaml"),
        new("MCP_UNREACHABLE", IntegrationState.Unreachable, "the MCP server does not answer, or something else does", "start the server at the address in the text"),
        new("UPSTREAM_DENIED", IntegrationState.Denied, "the server wants a token, or another one", $"export {Token.Variable}=<token>"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var (toolbox, mcp) = (preflight.Settings[ToolboxUrl], preflight.Settings[McpUrl]);
        if (toolbox.Value is null && mcp.Value is null)
        {
            throw NotConfigured("TOOLBOX_NOT_CONFIGURED", "No Toolbox server and no MCP server is named.", $"export {ToolboxUrl.Variable}={ToolboxUrl.Sample}");
        }

        List<string> answered = [];
        if (toolbox.Value is not null)
        {
            var address = AddressOf(toolbox);
            // A server may have its own protocol switched off; MCP it always speaks.
            if (!await AskAsync(preflight, Toolset(address), address, IsToolset, "TOOLBOX_UNREACHABLE", "toolbox --tools-file tools.yaml", cancellationToken))
            {
                await AskAsync(preflight, Initialize(Below(address, "mcp")), address, IsRpc, "TOOLBOX_UNREACHABLE", "toolbox --tools-file tools.yaml", cancellationToken);
            }

            answered.Add(address.ToString());
        }

        if (mcp.Value is not null)
        {
            var address = AddressOf(mcp);
            await AskAsync(preflight, Initialize(address), address, IsRpc, "MCP_UNREACHABLE", $"start the MCP server at {Secrets.Mask(address.ToString())}", cancellationToken);
            answered.Add(address.ToString());
        }

        return new(Secrets.Mask(string.Join(", ", answered)), Source: preflight.Settings[Token].IsSet ? Token.Variable : null);
    }

    private Uri AddressOf(SettingValue setting) =>
        Uri.TryCreate(setting.Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw NotConfigured(
                "UPSTREAM_URL_INVALID", $"{setting.Setting.Variable} is '{setting.Shown}', which is no http address.", $"export {setting.Setting.Variable}={setting.Setting.Sample}");

    private static HttpRequestMessage Toolset(Uri address) => new(HttpMethod.Get, Below(address, "api/toolset/"));

    private static HttpRequestMessage Initialize(Uri endpoint)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = JsonContent.Create(JsonDocument.Parse(
                """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"runtime-doctor","version":"1.0"}}}""").RootElement),
        };
        request.Headers.Accept.Add(new("application/json"));
        request.Headers.Accept.Add(new("text/event-stream"));
        return request;
    }

    /// <summary>Sends a request, and looks whether what came is of the server that is meant.</summary>
    /// <returns>False when the server has no such path.</returns>
    private async Task<bool> AskAsync(
        Preflight preflight, HttpRequestMessage request, Uri address, Func<string, bool> isRight, string code, string fix, CancellationToken cancellationToken)
    {
        using (request)
        {
            if (preflight.Settings.Get(Token) is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            var shown = Secrets.Mask(address.ToString());
            try
            {
                using var response = await preflight.Http.SendAsync(request, cancellationToken);
                if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                {
                    throw new UnauthenticatedException($"The server at '{shown}' does not accept this caller. Fix: export {Token.Variable}=<token>", "UPSTREAM_DENIED") { Integration = Name };
                }

                if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone && request.Method == HttpMethod.Get)
                {
                    return false;
                }

                var isIt = response.IsSuccessStatusCode && isRight(await response.Content.ReadAsStringAsync(cancellationToken));
                await LeaveAsync(preflight, request.RequestUri!, response, cancellationToken);
                return isIt
                    ? true
                    : throw new UnavailableException($"What answers at '{shown}' is not the server that is meant. Fix: {fix}", reason: code) { Integration = Name };
            }
            catch (HttpRequestException error)
            {
                throw new UnavailableException($"Nothing answers at '{shown}'. Fix: {fix}", reason: code, inner: error) { Integration = Name };
            }
        }
    }

    /// <summary>Ends the session that a server of MCP began for the question, where it keeps sessions.</summary>
    private static async Task LeaveAsync(Preflight preflight, Uri endpoint, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Headers.TryGetValues(SessionHeader, out var sessions))
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, endpoint);
            request.Headers.Add(SessionHeader, sessions);
            if (preflight.Settings.Get(Token) is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            using var _ = await preflight.Http.SendAsync(request, cancellationToken);
        }
    }

    private static bool IsToolset(string body) => IsObjectWith(body, "tools");

    // As one JSON object, or as one event of a stream: "event: message\ndata: {...}".
    private static bool IsRpc(string body) =>
        IsObjectWith(body, "jsonrpc") || body.Split('\n').Any(line => line.StartsWith("data:", StringComparison.Ordinal) && IsObjectWith(line["data:".Length..], "jsonrpc"));

    private static bool IsObjectWith(string text, string property)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty(property, out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Uri Below(Uri address, string path) => new($"{address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");
}
