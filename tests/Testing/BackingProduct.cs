using Runtime.AppHost.Resources;
using Runtime.AppHost.Resources.Bigtable;
using Runtime.AppHost.Resources.Postgres;
using Runtime.AppHost.Resources.PubSub;
using Runtime.AppHost.Resources.Spanner;
using Runtime.Hosting;

namespace Runtime.Testing;

/// <summary>A product that tests run against: started once for a test program, by the AppHost's own code where it has some, and shared by its tests.</summary>
public sealed class BackingProduct
{
    public static readonly BackingProduct Postgres = new("postgres", "Postgres", "ConnectionStrings__sessions", AddPostgres);
    public static readonly BackingProduct Spanner = new("spanner", "Spanner", "SPANNER_EMULATOR_HOST", builder => AddEmulator(builder.AddSpanner("spanner")));
    public static readonly BackingProduct PubSub = new("pubsub", "PubSub", "PUBSUB_EMULATOR_HOST", builder => AddEmulator(builder.AddPubSub("pubsub")));
    public static readonly BackingProduct Bigtable = new("bigtable", "Bigtable", "BIGTABLE_EMULATOR_HOST", builder => AddEmulator(builder.AddBigtable("bigtable")));
    public static readonly BackingProduct MariaDb = new("mariadb", "MariaDb", "RUNTIME_TEST_MARIADB_URL", AddMariaDb);

    private readonly string _setting;
    private readonly Func<IDistributedApplicationBuilder, Part> _add;
    private readonly Lazy<SupplyMode> _mode;
    private readonly Lazy<Task<Started>> _started;

    private BackingProduct(string name, string setting, string variable, Func<IDistributedApplicationBuilder, Part> add)
    {
        (Name, _setting, Variable, _add) = (name, setting, variable, add);
        _mode = new(FindMode);
        _started = new(StartAsync);
    }

    /// <summary>Gets the resource name in the graph, which is also the word that <c>RUNTIME_TEST_EXPECTS</c> promises it with.</summary>
    public string Name { get; }

    /// <summary>Gets the variable that the product's clients read; where it is set, tests use the instance that it points at.</summary>
    public string Variable { get; }

    private static IEnumerable<BackingProduct> All => [Postgres, Spanner, PubSub, Bigtable, MariaDb];

    /// <summary>Gets how tests supply the product: by this machine's own program, which is quickest, or as the AppHost decides.</summary>
    public SupplyMode Mode => _mode.Value;

    /// <summary>Gets the command line that lets an AppHost supply the product that way.</summary>
    public string ModeArgument => $"--Backing:{_setting}={Mode}";

    /// <summary>Gets the variable that says how the AppHost supplies the product.</summary>
    public string ModeVariable => $"Backing__{_setting}";

    /// <summary>Returns the connection string (PostgreSQL), URL (MariaDB) or host:port (emulators). Skips where the product is absent; fails where it was promised.</summary>
    /// <remarks>An instance that runs already is taken when the product's usual variable points at it.</remarks>
    public async ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken)
    {
        var (address, reason) = await FindAsync(cancellationToken);
        Expectation.SkipUnless(Name, address is not null, $"No {Name} to test against: {reason}");
        return address!;
    }

    /// <summary>As <see cref="AddressOrSkipAsync"/>, for programs that are no tests: where the product is absent, the address is null and the reason says why.</summary>
    public async ValueTask<(string? Address, string Reason)> FindAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } running)
        {
            return (running, "");
        }

        var started = await _started.Value.WaitAsync(cancellationToken);
        return (started.Address, started.Reason);
    }

    /// <summary>Stops what this test program started.</summary>
    internal static async Task StopAllAsync()
    {
        foreach (var product in All.Where(product => product._started.IsValueCreated))
        {
            // One that did not start has said so to the tests that asked for it.
            if (await Task.WhenAny(product._started.Value) is { IsCompletedSuccessfully: true } start && await start is { Application: { } application } started)
            {
                await application.DisposeAsync();
                Directory.Delete(started.Folder!, recursive: true);
            }
        }
    }

    private static Part AddPostgres(IDistributedApplicationBuilder builder)
    {
        var database = builder.AddSessionDatabase("postgres", "sessions");
        return new Part(
            database.Wait?.Resource.Name, "PostgreSQL is not on this machine. Fix: install it (Debian: apt-get install postgresql)",
            () => database.Connection.Resource.GetConnectionStringAsync());
    }

    private static Part AddEmulator(Runtime.AppHost.Resources.BackingProduct product) => new(
        product.Emulator is null ? null : product.Resource!.Resource.Name, product.Supply.Why,
        () => new($"{product.Emulator!.Host}:{product.Emulator.Port}"));

    private static Part AddMariaDb(IDistributedApplicationBuilder builder)
    {
        var server = MariaDbServer.Add(builder, "mariadb", builder.Configuration["StateDirectory"]!);
        return new Part(server?.Name, $"MariaDB is not on this machine. Fix: {MariaDbServer.Install}", () => server!.Value.Address());
    }

    private (IDistributedApplicationBuilder Builder, Part Part) Compose(SupplyMode mode, string folder)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["--StateDirectory", folder, $"--Backing:{_setting}", mode.ToString()],
            DisableDashboard = true,
        });
        return (builder, _add(builder));
    }

    private SupplyMode FindMode()
    {
        try
        {
            Compose(SupplyMode.Process, Path.GetTempPath());
            return SupplyMode.Process;
        }
        catch (SettingException)
        {
            return SupplyMode.Auto;
        }
    }

    private async Task<Started> StartAsync()
    {
        var folder = StateFolder.Create();
        var (builder, part) = Compose(Mode, folder);
        var application = builder.Build();
        if (part.ResourceName is null)
        {
            Directory.Delete(folder, recursive: true);
            return new Started(null, part.Reason, null, null);
        }

        using var limit = new CancellationTokenSource(TestTimeouts.Start);
        try
        {
            await application.StartAsync(limit.Token);
            await application.ResourceNotifications.WaitForResourceHealthyAsync(part.ResourceName, limit.Token);
        }
        catch
        {
            await application.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }

        return new Started(await part.Address(), "", application, folder);
    }

    private sealed record Part(string? ResourceName, string Reason, Func<ValueTask<string?>> Address);

    private sealed record Started(string? Address, string Reason, DistributedApplication? Application, string? Folder);
}
