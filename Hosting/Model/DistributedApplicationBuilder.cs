using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Runtime.Hosting.Display;
using Runtime.Hosting.Execution;
using Runtime.Hosting.Publishing;

namespace Runtime.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private static readonly Dictionary<string, string> Switches = new(StringComparer.OrdinalIgnoreCase)
    {
        ["--publisher"] = "Publishing:Publisher",
        ["--output-path"] = "Publishing:OutputPath",
        ["--operation"] = "Publishing:Operation",
        ["--step"] = "Publishing:Step",
    };

    private readonly HostApplicationBuilder _host;
    private readonly List<IResource> _resources = [];
    private readonly Testing.EntryPointInterception? _interception;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _interception = Testing.EntryPointInterception.Current;
        var args = _interception?.Args ?? options.Args ?? [];
        var assembly = _interception?.Assembly
            ?? (options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly())
            ?? throw new DistributedApplicationException("The AppHost has no entry assembly. Fix: set DistributedApplicationOptions.AssemblyName.");

        AppHostDirectory = options.ProjectDirectory ?? ProjectDirectoryOf(assembly);
        _host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            ContentRootPath = AppHostDirectory,
            ApplicationName = assembly.GetName().Name,
            Args = null,   // Added below with the switches that have short names.
        });

        Secrets = new UserSecretsStore(assembly.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId);
        // The host adds user secrets in Development only; a generated password has to come back in every environment.
        _host.Configuration.AddUserSecrets(assembly, optional: true);
        _host.Configuration.AddEnvironmentVariables();
        _host.Configuration.AddCommandLine(args, Switches);

        ExecutionContext = new DistributedApplicationExecutionContext(IsPublish(_host.Configuration));
        AddServices(show: _interception is null && !options.DisableDashboard);
        _interception?.OnBuilderCreated(this);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public string AppHostDirectory { get; }

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IReadOnlyList<IResource> Resources => _resources;

    internal UserSecretsStore Secrets { get; }

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);

        if (_resources.Any(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DistributedApplicationException($"Two resources are called '{resource.Name}'. Fix: give one of them another name.");
        }

        _resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        _interception?.OnGraphComposed();
        var application = new DistributedApplication(BuildHost());
        _interception?.OnBuilt(application);
        return application;
    }

    internal IHost BuildHost()
    {
        _host.Services.AddSingleton(new ApplicationGraph([.. _resources], AppHostDirectory, ExecutionContext));
        return _host.Build();
    }

    private void AddServices(bool show)
    {
        _host.Logging.ClearProviders();
        _host.Logging.AddSimpleConsole(console => console.SingleLine = true);
        _host.Logging.SetMinimumLevel(LogLevel.Warning);
        // A product that is still starting is no failure; the display tells the state of each.
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        // A start that fails reaches the caller of Run as an exception, which has the same words.
        _host.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        _host.Services.AddHttpClient();
        _host.Services.AddHealthChecks();
        // Each resource is watched by its own loop; the framework's publisher and its metrics would do the work twice.
        _host.Services.RemoveAll<IHostedService>();
        _host.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Orchestrator.StopLimit);
        _host.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);

        _host.Services.AddSingleton<ResourceNotificationService>();
        _host.Services.AddSingleton<ResourceCommandService>();
        _host.Services.AddSingleton<ConsoleCommands>();
        _host.Services.AddSingleton<Orchestrator>();
        if (ExecutionContext.IsPublishMode)
        {
            _host.Services.AddHostedService<ManifestPublisher>();
            return;
        }

        if (show)
        {
            _host.Services.AddHostedService<ConsoleDisplay>();
        }

        _host.Services.AddHostedService(services => services.GetRequiredService<Orchestrator>());
    }

    private static bool IsPublish(ConfigurationManager configuration)
    {
        var operation = configuration["Publishing:Operation"];
        if (operation is not (null or "run" or "publish"))
        {
            throw new DistributedApplicationException($"Operation '{operation}' is unknown. Setting: --operation. Fix: use run or publish.");
        }

        var publisher = configuration["Publishing:Publisher"];
        if (publisher is not (null or "manifest"))
        {
            throw new DistributedApplicationException(
                $"Publisher '{publisher}' is not part of the embedded orchestrator. Setting: --publisher. Fix: use manifest, or run with -p:Orchestrator=Aspire.");
        }

        return publisher is not null || operation == "publish";
    }

    private static string ProjectDirectoryOf(Assembly assembly)
    {
        var recorded = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == "apphostprojectpath")?.Value;
        return recorded is not null && Directory.Exists(recorded) ? recorded : Directory.GetCurrentDirectory();
    }
}

/// <summary>The finished graph.</summary>
internal sealed record ApplicationGraph(IReadOnlyList<IResource> Resources, string Directory, DistributedApplicationExecutionContext ExecutionContext);
