using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Plugins;

namespace Runtime.ToolGateway.Tests;

/// <summary>Calls tools of the fake toolset through plugins, without a protocol.</summary>
internal sealed class PluginFixture : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CallLimits _limits = new(Options.Create(new CallLimitOptions()));
    private readonly ToolTelemetry _telemetry;
    private readonly ToolInvoker _invoker;
    private readonly ToolCatalogue _catalogue = new([new FakeToolset()], DeclaredTools.None);

    public PluginFixture(params IToolPlugin[] plugins)
    {
        _telemetry = new(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), Options.Create(new TelemetryOptions()));
        Chain = new(plugins, NullLogger<PluginChain>.Instance, TimeProvider.System);
        _invoker = new(Chain, _limits, _telemetry, Options.Create(new ResultLimitOptions()), NullLogger<ToolInvoker>.Instance);
    }

    public PluginChain Chain { get; }

    public Task<ToolResult> CallAsync(string tool, string arguments = "{}", IApprover? approver = null, string caller = "test") =>
        CallAsync(tool, TestContext.Current.CancellationToken, arguments, approver, caller);

    public Task<ToolResult> CallAsync(string tool, CancellationToken cancellationToken, string arguments = "{}", IApprover? approver = null, string caller = "test") =>
        CallAsync(_catalogue.Find(tool)!, cancellationToken, arguments, approver, caller);

    public async Task<ToolResult> CallAsync(
        CataloguedTool tool, CancellationToken cancellationToken, string arguments = "{}", IApprover? approver = null, string caller = "test")
    {
        using var parsed = JsonDocument.Parse(arguments);
        var context = new CallContext { Protocol = "test", Header = _ => null, Caller = caller, Approver = approver };
        return await _invoker.InvokeAsync(tool, parsed.RootElement, context, cancellationToken);
    }

    public void Dispose()
    {
        _telemetry.Dispose();
        _limits.Dispose();
        _services.Dispose();
    }
}
