using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Toolsets;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Offers other tools when the files change.</summary>
/// <remarks>
/// It reads them again and again, which sees every way to change a file: writing it, replacing it by another as editors do, the links of a
/// Kubernetes ConfigMap, network shares. Notifications of the file system miss the last two, and reading a few kilobytes costs nothing.
/// </remarks>
internal sealed class ToolFileWatcher(
    ToolFiles files, LiveCatalogue catalogue, OfferedToolsets toolsets, IOptions<ToolFileOptions> options, TimeProvider time, ILogger<ToolFileWatcher> logger)
    : BackgroundService, IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Closes the sources, after the server has answered its last call.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => files.CloseAsync();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!files.AreConfigured || options.Value.ReloadInterval <= TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.ReloadInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Look() is { } tools)
            {
                catalogue.Replace(new(toolsets.All, tools));
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A fault of ours in one file must not end the gateway, which serves the tools of the last one.")]
    private DeclaredTools? Look()
    {
        try
        {
            return files.Look();
        }
        catch (Exception error)
        {
            ToolGatewayLog.ToolsFailed(logger, error);
            return null;
        }
    }
}
