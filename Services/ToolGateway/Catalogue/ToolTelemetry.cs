using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>A span and the measurements of each call. They cost nothing while nobody listens.</summary>
/// <remarks>
/// Names and attributes of a span are those of the OpenTelemetry semantic conventions for generative AI
/// (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/#execute-tool-span) and for databases. The conventions have no metrics of
/// tools yet, so these are named after the gateway.
/// </remarks>
public sealed class ToolTelemetry : IDisposable
{
    internal const string SourceName = "Runtime.ToolGateway";

    private const string ToolName = "gen_ai.tool.name";
    private const string Protocol = "runtime.tools.protocol";
    private const string ErrorType = "error.type";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _errors;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _bytes;
    private readonly bool _content;

    public ToolTelemetry(IMeterFactory meters, IOptions<TelemetryOptions> options)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(options);

        _meter = meters.Create(SourceName);
        _calls = _meter.CreateCounter<long>("runtime.tools.calls", "{call}", "Calls of tools that ended.");
        _errors = _meter.CreateCounter<long>("runtime.tools.errors", "{call}", "Calls of tools that failed, by class.");
        _duration = _meter.CreateHistogram<double>("runtime.tools.duration", "s", "How long calls of tools took, waiting for their turn included.");
        _rows = _meter.CreateCounter<long>("runtime.tools.rows", "{row}", "Rows in results.");
        _bytes = _meter.CreateCounter<long>("runtime.tools.bytes", "By", "Bytes of results.");
        _content = options.Value.Content;
    }

    /// <summary>Begins the span of a call; null while nobody listens.</summary>
    public Activity? Begin(CataloguedTool tool, JsonElement arguments, string protocol)
    {
        ArgumentNullException.ThrowIfNull(tool);

        if (!Source.HasListeners() || Source.StartActivity($"execute_tool {tool.Name}") is not { } activity)
        {
            return null;
        }

        activity.SetTag("gen_ai.operation.name", "execute_tool");
        activity.SetTag(ToolName, tool.Name);
        activity.SetTag("gen_ai.tool.type", "datastore");
        activity.SetTag("gen_ai.tool.description", tool.Description.Text);
        activity.SetTag(Protocol, protocol);
        foreach (var (name, value) in tool.Description.Telemetry)
        {
            activity.SetTag(name, value);
        }

        if (_content)
        {
            activity.SetTag("gen_ai.tool.call.arguments", arguments.ValueKind is JsonValueKind.Undefined ? null : arguments.GetRawText());
        }

        return activity;
    }

    /// <summary>Ends a call.</summary>
    /// <param name="activity">Its span.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="protocol">The protocol that carried the call.</param>
    /// <param name="outcome"><c>OK</c>, or the class of the failure.</param>
    /// <param name="result">What was answered; null where nothing was.</param>
    /// <param name="elapsed">How long it took.</param>
    public void End(Activity? activity, CataloguedTool tool, string protocol, string outcome, ToolResult? result, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(tool);

        var failed = outcome is not "OK";
        if (activity is not null)
        {
            if (failed)
            {
                activity.SetTag(ErrorType, outcome);
                activity.SetStatus(ActivityStatusCode.Error);
            }

            if (result?.Rows is { } rows)
            {
                activity.SetTag("db.response.returned_rows", rows.Items.Count);
            }

            if (_content && result is not null)
            {
                activity.SetTag("gen_ai.tool.call.result", result.ToString());
            }
        }

        if (!_calls.Enabled && !_duration.Enabled)
        {
            return;
        }

        var tags = new TagList { { ToolName, tool.Name }, { Protocol, protocol } };
        _calls.Add(1, tags);
        _rows.Add(result?.Rows?.Items.Count ?? 0, tags);
        _bytes.Add(result?.Utf8.Length ?? 0, tags);
        if (failed)
        {
            tags.Add(ErrorType, outcome);
            _errors.Add(1, tags);
        }

        _duration.Record(elapsed.TotalSeconds, tags);
    }

    public void Dispose() => _meter.Dispose();
}
