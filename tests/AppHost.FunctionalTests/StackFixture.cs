using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>The whole graph of the AppHost, started once for its test classes with whatever this machine supplies.</summary>
public abstract class StackFixture : IAsyncDisposable
{
    private static readonly BackingProduct[] Products = [BackingProduct.Postgres, BackingProduct.PubSub, BackingProduct.Spanner, BackingProduct.Bigtable];

    private readonly string _state = StateFolder.Create();
    private readonly Lazy<Task<DistributedApplication>> _application;
    private IDistributedApplicationTestingBuilder? _builder;
    private ServiceProvider? _clients;

    protected StackFixture() => _application = new(StartAsync);

    /// <summary>Gets the arguments that this stack has beyond the usual ones.</summary>
    protected abstract IReadOnlyList<string> Arguments { get; }

    /// <summary>Returns the running application; skips where it cannot run at all.</summary>
    public virtual Task<DistributedApplication> ApplicationAsync() => _application.Value.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Returns the running application once a product answers; skips where nothing supplies it.</summary>
    public async Task<DistributedApplication> WithAsync(BackingProduct product)
    {
        var application = await ApplicationAsync();
        var snapshot = application.ResourceNotifications.Find(product.Name);
        Expectation.SkipUnless(product.Name, snapshot is not { Health: ResourceHealth.Degraded }, $"No {product.Name} in the stack: {snapshot?.Reason}");
        await application.ResourceNotifications.WaitForResourceHealthyAsync(product.Name, TestContext.Current.CancellationToken);
        return application;
    }

    /// <summary>Returns a client of a product, to prepare data with: what the gateway is asked for must be there before.</summary>
    public async Task<T> ClientAsync<T>()
        where T : notnull
    {
        var application = await ApplicationAsync();
        _clients ??= new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationManager
            {
                ["GOOGLE_CLOUD_PROJECT"] = "runtime-local",
                ["PUBSUB_EMULATOR_HOST"] = AddressOf(application, "pubsub"),
                ["SPANNER_EMULATOR_HOST"] = AddressOf(application, "spanner"),
                ["BIGTABLE_EMULATOR_HOST"] = AddressOf(application, "bigtable"),
            })
            .AddGoogleCloud()
            .BuildServiceProvider();
        return _clients.GetRequiredService<T>();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_clients is not null)
        {
            await _clients.DisposeAsync();
        }

        if (_builder is not null)
        {
            await _builder.DisposeAsync();
        }

        Directory.Delete(_state, recursive: true);
    }

    private static string? AddressOf(DistributedApplication application, string product) =>
        application.ResourceNotifications.Find(product) is { Health: ResourceHealth.Degraded } ? null : application.GetEndpoint(product).Authority;

    private async Task<DistributedApplication> StartAsync()
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Start);
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>(
            ["--StateDirectory", _state, .. Products.Select(product => product.ModeArgument), .. Arguments], limit.Token);
        var application = await _builder.BuildAsync(limit.Token);
        await application.StartAsync(limit.Token);
        foreach (var name in new[] { "session-service", "tool-gateway" })
        {
            await application.ResourceNotifications.WaitForResourceHealthyAsync(name, limit.Token);
        }

        foreach (var product in Products)
        {
            await application.ResourceNotifications.WaitForResourceAsync(product.Name, snapshot => snapshot.IsSettled, limit.Token);
        }

        return application;
    }
}

/// <summary>Products from this machine's own programs.</summary>
public sealed class ProgramsFixture : StackFixture
{
    protected override IReadOnlyList<string> Arguments => [];
}

/// <summary>The classes that share one stack of this machine's programs, because a start takes longer than their tests.</summary>
[CollectionDefinition]
public sealed class StackOfProgramsGroup : ICollectionFixture<ProgramsFixture>;

/// <summary>Spanner and Bigtable in containers, from images that are on this machine.</summary>
public sealed class ContainersFixture : StackFixture
{
    protected override IReadOnlyList<string> Arguments => ["--Backing:Spanner=container", "--Backing:Bigtable=container"];

    public override Task<DistributedApplication> ApplicationAsync()
    {
        Expectation.SkipUnless(
            "containers", ContainerImages.ArePresent,
            "No container engine answers, or it has not the images. Fix: start one and run tests/containers/build-stand-ins.sh, or docker pull the vendors' images.");
        return base.ApplicationAsync();
    }
}
