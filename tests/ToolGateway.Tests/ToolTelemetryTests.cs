using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

public sealed class ToolTelemetryTests
{
    private static readonly CataloguedTool Tool = new("fake", new FakeToolset().Tools.Single(tool => tool.Description.Name is "echo"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_span_names_the_tool_and_carries_content_only_when_that_is_switched_on(bool content)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ToolTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var telemetry = new ToolTelemetry(services.GetRequiredService<IMeterFactory>(), Options.Create(new TelemetryOptions { Content = content }));
        using var arguments = JsonDocument.Parse("""{"text":"private"}""");

        using var span = telemetry.Begin(Tool, arguments.RootElement, "mcp")!;
        telemetry.End(span, Tool, "mcp", "INVALID_ARGUMENT", ToolResult.CorrectableByModel("INVALID_ARGUMENT", "private"), TimeSpan.FromSeconds(1));

        Assert.Equal("execute_tool echo", span.DisplayName);
        Assert.Equal("execute_tool", span.GetTagItem("gen_ai.operation.name"));
        Assert.Equal("echo", span.GetTagItem("gen_ai.tool.name"));
        Assert.Equal("INVALID_ARGUMENT", span.GetTagItem("error.type"));
        Assert.Equal(content, span.TagObjects.Any(tag => tag.Value is string text && text.Contains("private", StringComparison.Ordinal)));
    }

    [Fact]
    public void Calls_errors_duration_rows_and_bytes_are_measured()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var telemetry = new ToolTelemetry(meters, Options.Create(new TelemetryOptions()));
        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                // Other tests measure at the same time, with meters of their own.
                if (instrument.Meter.Scope == meters)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();

        telemetry.End(activity: null, Tool, "mcp", "OK", ToolResult.Success(), TimeSpan.FromSeconds(1));
        telemetry.End(activity: null, Tool, "mcp", "TOOL_BUSY", result: null, TimeSpan.FromSeconds(2));

        Assert.Equal(2, measured["runtime.tools.calls"]);
        Assert.Equal(1, measured["runtime.tools.errors"]);
        Assert.Equal(3, measured["runtime.tools.duration"]);
        Assert.Equal("""{"status":"SUCCESS"}""".Length, measured["runtime.tools.bytes"]);
    }
}
