using System.Diagnostics.CodeAnalysis;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Plugins;

/// <summary>Runs the hooks of all plugins that are switched on, in order, and closes them when the gateway stops.</summary>
public sealed class PluginChain : IHostedService
{
    /// <summary>How long one plugin may take to close.</summary>
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly IToolPlugin[] _plugins;
    private readonly ILogger<PluginChain> _logger;
    private readonly TimeProvider _time;

    /// <exception cref="SettingException">Two plugins have one name.</exception>
    public PluginChain(IEnumerable<IToolPlugin> plugins, ILogger<PluginChain> logger, TimeProvider time)
    {
        _plugins = [.. plugins.Where(plugin => plugin.IsEnabled)];
        _logger = logger;
        _time = time;
        if (_plugins.GroupBy(plugin => plugin.Name, StringComparer.Ordinal).FirstOrDefault(named => named.Count() > 1) is { } twice)
        {
            throw new SettingException($"Plugin with name '{twice.Key}' already registered.", "Plugins", "Register it once.");
        }
    }

    public ValueTask<ToolResult?> BeforeAsync(ToolCall call, CancellationToken cancellationToken) =>
        _plugins.Length is 0 ? default : FirstAsync("before_tool", plugin => plugin.BeforeAsync(call, cancellationToken), cancellationToken);

    public ValueTask<ToolResult?> AfterAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken) =>
        _plugins.Length is 0 ? default : FirstAsync("after_tool", plugin => plugin.AfterAsync(call, result, cancellationToken), cancellationToken);

    public ValueTask<ToolResult?> OnErrorAsync(ToolCall call, Exception error, CancellationToken cancellationToken) =>
        _plugins.Length is 0 ? default : FirstAsync("on_tool_error", plugin => plugin.OnErrorAsync(call, error, cancellationToken), cancellationToken);

    [SuppressMessage("Design", "CA1031", Justification = "The call is over: one plugin's failure must change neither its answer nor what the others see.")]
    public void Ended(ToolCall call, ToolOutcome outcome)
    {
        foreach (var plugin in _plugins)
        {
            try
            {
                plugin.Ended(call, outcome);
            }
            catch (Exception error)
            {
                ToolGatewayLog.PluginFailedAfterCall(_logger, plugin.Name, error);
            }
        }
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Closes every plugin, one after the other, each within its time. A failure is logged once, with all that failed.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "One plugin's failure must not keep the others from closing.")]
    async Task IHostedService.StopAsync(CancellationToken cancellationToken)
    {
        List<string> failed = [];
        List<Exception> causes = [];
        foreach (var plugin in _plugins)
        {
            using var timed = new CancellationTokenSource(CloseTimeout, _time);
            try
            {
                await plugin.CloseAsync(timed.Token).AsTask().WaitAsync(CloseTimeout, _time, CancellationToken.None);
            }
            catch (Exception error)
            {
                failed.Add($"'{plugin.Name}': {error.GetType().Name}");
                causes.Add(error);
            }
        }

        if (failed.Count > 0)
        {
            ToolGatewayLog.PluginsNotClosed(_logger, string.Join(", ", failed), new AggregateException(causes));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a plugin throws is named and passed on.")]
    private async ValueTask<ToolResult?> FirstAsync(
        string hook, Func<IToolPlugin, ValueTask<ToolResult?>> run, CancellationToken cancellationToken)
    {
        foreach (var plugin in _plugins)
        {
            try
            {
                if (await run(plugin) is { } answer)
                {
                    return answer;
                }
            }
            catch (Exception error) when (error is not ServiceException && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                throw new PluginException(plugin.Name, hook, error);
            }
        }

        return null;
    }
}

/// <summary>A plugin failed. The message is ADK's.</summary>
public sealed class PluginException(string plugin, string hook, Exception inner)
    : Exception($"Error in plugin '{plugin}' during '{hook}' callback: {inner.Message}", inner);
