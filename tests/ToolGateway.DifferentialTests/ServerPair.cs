using System.Globalization;
using Runtime.Hosting;
using Runtime.Hosting.Testing;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>MCP Toolbox for Databases and the gateway, each with the same files of tools and databases of its own; tokens come from one issuer.</summary>
public sealed class ServerPair : IAsyncDisposable
{
    private const string Toolbox = "toolbox";
    private const string Gateway = "gateway";

    private readonly List<IAsyncDisposable> _started = [];
    private Task? _start;

    public ToolServer Theirs { get; private set; } = null!;

    public ToolServer Ours { get; private set; } = null!;

    public ShopDatabase OurDatabase { get; private set; } = null!;

    public IdTokenIssuer Issuer { get; private set; } = null!;

    /// <summary>Starts them, once. Skips where one of them, or what it needs, is absent.</summary>
    public Task StartOrSkipAsync() => _start ??= StartAsync();

    public async ValueTask DisposeAsync()
    {
        Theirs?.Dispose();
        Ours?.Dispose();
        foreach (var part in Enumerable.Reverse(_started))
        {
            await part.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = ToolboxPackage.ServerOrSkip();
        var databases = (Theirs: await ShopDatabase.CreateOrSkipAsync(cancellation), Ours: await ShopDatabase.CreateOrSkipAsync(cancellation));
        var issuer = await IssuerServer.StartAsync(cancellation);
        Issuer = issuer.Issuer;
        OurDatabase = databases.Ours;
        var echo = await EchoServer.StartAsync(cancellation);
        var notes = (Theirs: await NotesFile.CreateAsync(cancellation), Ours: await NotesFile.CreateAsync(cancellation));
        _started.AddRange([databases.Theirs, databases.Ours, issuer, echo, notes.Theirs, notes.Ours]);

        var folder = Path.Combine(ToolboxPackage.Folder, "tools");
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            // The gateway's appsettings.json lies beside this program, and would have every question of a health check logged.
            Args = ["--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:System.Net.Http=Warning"],
            DisableDashboard = true,
        });
        var theirs = builder.AddExecutable(Toolbox, program, ToolboxPackage.Folder).WithHttpEndpoint(name: "http").WithHttpHealthCheck("/");
        theirs.WithArgs(context =>
        {
            foreach (var argument in new object[]
            {
                "--config-folder", folder, "--enable-api", "--disable-reload", "--disable-version-check", "--log-level", "ERROR",
                "--port", theirs.GetEndpoint("http").Property(EndpointProperty.TargetPort),
            })
            {
                context.Args.Add(argument);
            }
        });

        var ours = builder
            .AddExecutable(Gateway, "dotnet", AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "ToolGateway.dll"))
            .WithHttpEndpoint(name: "http").WithHttpEndpoint(name: "grpc").WithHttpHealthCheck("/alive")
            .WithEnvironment("Tools__File", folder)
            // Its own tools would be in the manifest of all tools.
            .WithEnvironment("Tools__Toolsets__0", "none");
        ours.WithEnvironment("Kestrel__Endpoints__Http__Url", ours.GetEndpoint("http"));
        ours.WithEnvironment("Kestrel__Endpoints__Grpc__Url", ours.GetEndpoint("grpc"));
        foreach (var (server, database, file) in new[] { (theirs, databases.Theirs, notes.Theirs), (ours, databases.Ours, notes.Ours) })
        {
            server
                .WithEnvironment("SHOP_HOST", database.Settings.Host)
                .WithEnvironment("SHOP_PORT", database.Settings.Port.ToString(CultureInfo.InvariantCulture))
                .WithEnvironment("SHOP_DATABASE", database.Settings.Database)
                .WithEnvironment("SHOP_USER", database.Settings.Username)
                .WithEnvironment("SHOP_PASSWORD", database.Settings.Password)
                .WithEnvironment("NOTES_FILE", file.Path)
                .WithEnvironment("ECHO_URL", echo.Url)
                .WithEnvironment("ISSUER_URL", issuer.Url);
        }

        var application = builder.Build();
        _started.Add(application);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TestTimeouts.Start);
        await application.StartAsync(limit.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync(Toolbox, limit.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync(Gateway, limit.Token);
        (Theirs, Ours) = (new(application.GetEndpoint(Toolbox, "http")), new(application.GetEndpoint(Gateway, "http")));
    }
}
