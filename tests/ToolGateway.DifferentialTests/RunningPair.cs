using Runtime.Hosting;
using Runtime.Hosting.Testing;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>MCP Toolbox for Databases and the gateway, both with one tools file and each with settings of its own.</summary>
internal sealed class RunningPair : IAsyncDisposable
{
    private const string Toolbox = "toolbox";
    private const string Gateway = "gateway";

    private readonly DistributedApplication _application;

    private RunningPair(DistributedApplication application)
    {
        _application = application;
        (Theirs, Ours) = (new(application.GetEndpoint(Toolbox, "http")), new(application.GetEndpoint(Gateway, "http")));
    }

    public ToolServer Theirs { get; }

    public ToolServer Ours { get; }

    /// <param name="program">The other server.</param>
    /// <param name="file">Name of the tools file, or of a folder of them, in the folder of that server's package.</param>
    /// <param name="theirs">Variables of the other server.</param>
    /// <param name="ours">Variables of the gateway.</param>
    public static async Task<RunningPair> StartAsync(
        string program, string file, (string Name, string? Value)[] theirs, (string Name, string? Value)[] ours, CancellationToken cancellationToken)
    {
        var path = Path.Combine(ToolboxPackage.Folder, file);
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            // The gateway's appsettings.json lies beside this program, and would have every question of a health check logged.
            Args = ["--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:System.Net.Http=Warning"],
            DisableDashboard = true,
        });
        var toolbox = builder.AddExecutable(Toolbox, program, ToolboxPackage.Folder).WithHttpEndpoint(name: "http").WithHttpHealthCheck("/");
        toolbox.WithArgs(context =>
        {
            foreach (var argument in new object[]
            {
                Directory.Exists(path) ? "--config-folder" : "--config", path, "--enable-api", "--disable-reload", "--disable-version-check", "--log-level", "ERROR",
                "--port", toolbox.GetEndpoint("http").Property(EndpointProperty.TargetPort),
            })
            {
                context.Args.Add(argument);
            }
        });

        var gateway = builder
            .AddExecutable(Gateway, "dotnet", AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "ToolGateway.dll"))
            .WithHttpEndpoint(name: "http").WithHttpEndpoint(name: "grpc").WithHttpHealthCheck("/alive")
            .WithEnvironment("Tools__File", path)
            // Its own tools would be in the manifest of all tools.
            .WithEnvironment("Tools__Toolsets__0", "none");
        gateway.WithEnvironment("Kestrel__Endpoints__Http__Url", gateway.GetEndpoint("http"));
        gateway.WithEnvironment("Kestrel__Endpoints__Grpc__Url", gateway.GetEndpoint("grpc"));
        foreach (var (server, settings) in new[] { (toolbox, theirs), (gateway, ours) })
        {
            foreach (var (name, value) in settings)
            {
                server.WithEnvironment(name, value);
            }
        }

        var application = builder.Build();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TestTimeouts.Start);
        await application.StartAsync(limit.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync(Toolbox, limit.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync(Gateway, limit.Token);
        return new RunningPair(application);
    }

    public async ValueTask DisposeAsync()
    {
        Theirs.Dispose();
        Ours.Dispose();
        await _application.DisposeAsync();
    }
}
