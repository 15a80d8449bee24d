using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Runtime.GoogleCloud;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Plugins;
using Runtime.ToolGateway.ToolFile;
using Runtime.ToolGateway.Toolsets;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>The tools of a file, called without a protocol.</summary>
internal sealed class DeclaredGateway : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private ToolFileWatcher? _watcher;
    private readonly string _folder = Directory.CreateTempSubdirectory("tools-").FullName;

    /// <param name="yaml">The file.</param>
    /// <param name="settings">Variables of the file, and settings of the gateway.</param>
    public DeclaredGateway(string yaml, params (string Name, string Value)[] settings)
    {
        Path = System.IO.Path.Combine(_folder, "tools.yaml");
        File.WriteAllText(Path, yaml);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append(("Tools:File", Path)).Append(("Tools:ReloadInterval", "00:00:00.020"))
                .DistinctBy(setting => setting.Item1)
                .Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)))
            .Build();
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging(logging => logging.AddProvider(new ListLoggerProvider(Log)))
            .AddMetrics()
            .AddGoogleCloud()
            .AddSingleton<OfferedToolsets>()
            .AddSingleton<IToolset, FakeToolset>()
            .AddToolFile()
            .AddToolCatalogue()
            .AddCredentials()
            .AddPlugins()
            .BuildServiceProvider();
    }

    /// <summary>Gets where the file is.</summary>
    public string Path { get; }

    public ListLogger<DeclaredGateway> Log { get; } = new();

    public LiveCatalogue Catalogue => _services.GetRequiredService<LiveCatalogue>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Loads a text and returns what is wrong with it.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsOfAsync(string yaml, params (string Name, string Value)[] variables)
    {
        await using var gateway = new DeclaredGateway("", variables);
        try
        {
            gateway._services.GetRequiredService<ToolFileLoader>().Load([new("tools.yaml", yaml)], LoadedTools.None);
            return [];
        }
        catch (ToolFileException error)
        {
            return error.Problems;
        }
    }

    /// <summary>Follows changes of the file from now on.</summary>
    public async Task WatchAsync()
    {
        _watcher = _services.GetServices<IHostedService>().OfType<ToolFileWatcher>().Single();
        await _watcher.StartAsync(Cancellation);
    }

    public ToolDescription Describe(string tool) => Catalogue.Current.Find(tool)!.Description;

    public async Task<ToolResult> CallAsync(string tool, string arguments = "{}", CancellationToken? cancellation = null)
    {
        using var parsed = JsonDocument.Parse(arguments);
        var context = new CallContext { Protocol = "test", Header = _ => null, Caller = "test" };
        return await _services.GetRequiredService<ToolInvoker>().InvokeAsync(Catalogue.Current.Find(tool)!, parsed.RootElement, context, cancellation ?? Cancellation);
    }

    /// <summary>Calls a tool and returns its rows as JSON text.</summary>
    public async Task<string> RowsAsync(string tool, string arguments = "{}")
    {
        var result = await CallAsync(tool, arguments);
        Assert.False(result.IsError, result.ToString());
        return System.Text.Encoding.UTF8.GetString(result.Utf8[result.Rows!.Array].Span);
    }

    /// <summary>Calls a tool that the model has to call otherwise, and returns what it is told.</summary>
    public async Task<string> RefusalAsync(string tool, string arguments = "{}")
    {
        var result = await CallAsync(tool, arguments);
        Assert.True(result.IsError, result.ToString());
        return (string)result.ToJson()["error_details"]!;
    }

    public async Task<HealthReportEntry> HealthAsync() =>
        (await _services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation)).Entries["sources"];

    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.StopAsync(CancellationToken.None);
        }

        await _services.GetRequiredService<ToolFiles>().CloseAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class ListLoggerProvider(ILogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }
}
