using Grpc.Core;
using Grpc.Net.Client;
using Runtime.AppHost.Resources;
using Runtime.AppHost.Resources.Postgres;
using BackingProduct = Runtime.Testing.BackingProduct;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>Two session services on one database, as two replicas of a deployment are, each a process of its own.</summary>
public abstract class Replicas : IAsyncDisposable
{
    private readonly string _state = StateFolder.Create();
    private readonly Lazy<Task<RunningGraph>> _run;
    private readonly List<GrpcChannel> _channels = [];

    protected Replicas() => _run = new(StartAsync);

    /// <summary>Names of the services in the graph.</summary>
    public static IReadOnlyList<string> Names { get; } = ["replica-1", "replica-2"];

    /// <summary>Returns a client of each replica; skips where the database is absent.</summary>
    public async Task<IReadOnlyList<Sessions.V1.Sessions.SessionsClient>> ClientsAsync()
    {
        var run = await RunAsync();
        lock (_channels)
        {
            if (_channels.Count == 0)
            {
                _channels.AddRange(Names.Select(name => GrpcChannel.ForAddress(run.Application.GetEndpoint(name, ServiceEndpoints.Grpc))));
            }
        }

        // A channel whose replica was killed by an earlier test fails calls for a while after that is back, until it has tried again.
        await Task.WhenAll(_channels.Select(channel => channel.ConnectAsync(TestContext.Current.CancellationToken)));
        return [.. _channels.Select(channel => new Sessions.V1.Sessions.SessionsClient(channel))];
    }

    /// <summary>Ends a replica as a power failure would, and waits until that was noticed.</summary>
    public async Task KillAsync(string name)
    {
        var run = await RunAsync();
        Processes.Kill(Processes.WithEnvironment($"Kestrel__Endpoints__Grpc__Url={run.Application.GetEndpoint(name, ServiceEndpoints.Grpc).GetLeftPart(UriPartial.Authority)}", "SessionService"));
        await run.WaitAsync(name, snapshot => snapshot.IsTerminal);
    }

    /// <summary>Ends PostgreSQL as a power failure would, and waits until that was noticed.</summary>
    public async Task KillDatabaseAsync()
    {
        var run = await RunAsync();
        Processes.Kill([.. Processes.WithArgument(Path.Combine(_state, "postgres", "data")).Where(process => !Processes.IsLauncher(process.Command)).Select(process => process.Id)]);
        await run.WaitAsync("postgres", snapshot => snapshot.IsTerminal);
    }

    /// <summary>Starts, stops or restarts a resource and waits until it is healthy, where it then runs.</summary>
    public async Task CommandAsync(string name, string command)
    {
        var run = await RunAsync();
        var result = await run.Application.ResourceCommands.ExecuteCommandAsync(name, command, TestContext.Current.CancellationToken);
        Assert.True(result.Success, result.ErrorMessage);
        if (command != KnownResourceCommands.StopCommand)
        {
            await run.WaitAsync(name, snapshot => snapshot.Health is ResourceHealth.Healthy);
        }
    }

    /// <summary>An app of its own for each test: the database is shared.</summary>
    public static string NewApp() => $"replicas-{Guid.CreateVersion7():n}";

    /// <summary>Makes a call until it succeeds; what is not worth a retry fails at once.</summary>
    public static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        ArgumentNullException.ThrowIfNull(call);

        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TestTimeouts.Start, $"No success in {TestTimeouts.Start}: {error.Status.Detail}");
                // As a client does that was told to try again later.
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _channels.ForEach(channel => channel.Dispose());
        if (_run.IsValueCreated)
        {
            await (await _run.Value).DisposeAsync();
        }

        Directory.Delete(_state, recursive: true);
    }

    /// <summary>Skips where the database is absent.</summary>
    protected abstract ValueTask RequireAsync();

    /// <summary>Gets how <c>Backing__Postgres</c> is set; without PostgreSQL the graph keeps sessions in SQLite.</summary>
    protected abstract string Backing { get; }

    private async Task<RunningGraph> RunAsync()
    {
        await RequireAsync();
        return await _run.Value.WaitAsync(TestContext.Current.CancellationToken);
    }

    private async Task<RunningGraph> StartAsync()
    {
        var run = await RunningGraph.StartAsync(
            builder =>
            {
                var database = builder.AddSessionDatabase("postgres", "sessions");
                foreach (var name in Names)
                {
                    builder.AddProject(name, Path.Combine(Repository.Root, "Services", "SessionService", "SessionService.csproj")).WithServiceEndpoints().WithDatabase(database);
                }
            },
            "--StateDirectory", _state, $"--Backing:Postgres={Backing}");
        foreach (var name in Names)
        {
            var settled = await run.WaitAsync(name, snapshot => snapshot.IsSettled);
            Assert.True(settled.Health is ResourceHealth.Healthy, $"{name}: {settled.Reason}");
        }

        return run;
    }
}

public sealed class ReplicasOnPostgres : Replicas
{
    protected override string Backing => BackingProduct.Postgres.Mode.ToString();

    protected override async ValueTask RequireAsync() => await BackingProduct.Postgres.AddressOrSkipAsync(TestContext.Current.CancellationToken);
}

public sealed class ReplicasOnSqlite : Replicas
{
    protected override string Backing => nameof(SupplyMode.None);

    protected override ValueTask RequireAsync() => ValueTask.CompletedTask;
}
