using System.Diagnostics;
using System.Globalization;
using Runtime.AppHost.Resources;
using Runtime.AppHost.Resources.Postgres;
using Runtime.Hosting;
using Xunit;

namespace Runtime.Testing;

/// <summary>A server of a test's own, which may be killed.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Name = "postgres";

    private readonly string _state = StateFolder.Create();
    private readonly DistributedApplication _application;
    private readonly Func<ValueTask<string?>> _address;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PostgresServer()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--StateDirectory", _state, "--Backing:Postgres=process"],
            DisableDashboard = true,
        });
        var database = builder.AddSessionDatabase(Name, "sessions");
        _address = () => database.Connection.Resource.GetConnectionStringAsync();
        _application = builder.Build();
    }

    /// <summary>Starts a server. Skips where PostgreSQL's own program is absent.</summary>
    public static async Task<PostgresServer> StartOrSkipAsync()
    {
        await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation);
        Expectation.SkipUnless("postgres", BackingProduct.Postgres.Mode == SupplyMode.Process,
            "PostgreSQL's own program is not on this machine. Fix: install it (Debian: apt-get install postgresql)");
        var server = new PostgresServer();
        await server._application.StartAsync(Cancellation);
        await server.WaitAsync(snapshot => snapshot.Health is ResourceHealth.Healthy);
        return server;
    }

    /// <summary>Returns the address of its database.</summary>
    public async Task<string> AddressAsync() => (await _address())!;

    /// <summary>Ends it as a power failure would.</summary>
    public async Task KillAsync()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(_state, Name, "data", "postmaster.pid"), Cancellation);
        using var process = Process.GetProcessById(int.Parse(lines[0], CultureInfo.InvariantCulture));
        process.Kill();
        await WaitAsync(snapshot => snapshot.IsTerminal);
    }

    /// <summary>Starts it again and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var started = await _application.ResourceCommands.ExecuteCommandAsync(Name, KnownResourceCommands.StartCommand, Cancellation);
        Assert.True(started.Success, started.ErrorMessage);
        await WaitAsync(snapshot => snapshot.Health is ResourceHealth.Healthy);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        Directory.Delete(_state, recursive: true);
    }

    private async Task WaitAsync(Func<ResourceSnapshot, bool> predicate)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestTimeouts.Start);
        await _application.ResourceNotifications.WaitForResourceAsync(Name, predicate, limit.Token);
    }
}
