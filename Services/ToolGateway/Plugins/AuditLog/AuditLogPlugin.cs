using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Plugins.AuditLog;

/// <summary>Logs who called what, over which protocol, with what outcome: one structured line a call.</summary>
public sealed class AuditLogPlugin(IOptions<AuditLogOptions> options, ILogger<AuditLogPlugin> logger) : IToolPlugin
{
    private const string Hidden = "[redacted]";
    private const int LongestValue = 200;

    private static readonly string[] Telling =
        ["password", "passwd", "secret", "token", "credential", "authorization", "apikey", "api_key", "private"];

    private readonly string[] _redacted = [.. Telling, .. options.Value.Redacted];

    public string Name => "audit-log";

    public bool IsEnabled => options.Value.Calls is not AuditedCalls.None;

    public void Ended(ToolCall call, ToolOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(outcome);

        if (options.Value.Calls is AuditedCalls.All || !call.Tool.Description.Effects.ReadOnly)
        {
            ToolGatewayLog.Audit(
                logger, call.Context.Caller, call.Tool.Name, call.Tool.Toolset, call.Context.Protocol, outcome.Code, call.Elapsed.TotalMilliseconds,
                outcome.Result?.Rows?.Items.Count ?? 0, outcome.Result?.Utf8.Length ?? 0, options.Value.Arguments ? Readable(call.Arguments) : "not logged");
        }
    }

    private string Readable(ToolArguments arguments)
    {
        var readable = new JsonObject();
        for (var place = 0; place < arguments.Parameters.Count; place++)
        {
            if (arguments.Has(place))
            {
                readable[arguments.Parameters[place].Name] = Redact(arguments.Parameters[place].Name, arguments[place]);
            }
        }

        return readable.ToJsonString(ToolResult.Json);
    }

    private JsonNode? Redact(string name, JsonElement value)
    {
        if (_redacted.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)))
        {
            return Hidden;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => new JsonObject(value.EnumerateObject()
                .DistinctBy(member => member.Name, StringComparer.Ordinal)
                .Select(member => KeyValuePair.Create(member.Name, Redact(member.Name, member.Value)))),
            JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(item => Redact(name, item))]),
            JsonValueKind.String when value.GetString() is { Length: > LongestValue } text => $"{text.AsSpan(0, LongestValue)}… ({text.Length} characters)",
            _ => JsonNode.Parse(value.GetRawText()),
        };
    }
}
