using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Runtime.AppHost.Resources;
using Runtime.GoogleCloud.Connection;
using BackingProduct = Runtime.Testing.BackingProduct;

namespace Runtime.Smoke.Framework;

/// <summary>The services that the suites call: those of the running stack, else of a stack that the first suite to ask starts.</summary>
public sealed class SmokeServices : IAsyncDisposable
{
    private static readonly BackingProduct[] Products = [BackingProduct.Postgres, BackingProduct.PubSub, BackingProduct.Spanner, BackingProduct.Bigtable];

    private readonly Lazy<Task<LocalStack>> _local;
    private readonly Lazy<Task<DistributedApplication>> _live;
    private readonly ConcurrentBag<SmokeGateway> _gateways = [];
    private readonly SemaphoreSlim _building = new(1, 1);
    private string? _folder;
    private IDistributedApplicationTestingBuilder? _builder;

    public SmokeServices() => (_local, _live) = (new(StartLocalAsync), new(StartLiveAsync));

    /// <summary>Returns the gateway in front of a product. Skips where there is no such product, with the step that changes it.</summary>
    /// <param name="mode">An emulator behind the stack's gateway, or the real service.</param>
    /// <param name="product">The product.</param>
    /// <param name="key">Its key in the integration catalogue.</param>
    public async Task<SmokeGateway> GatewayAsync(SmokeMode mode, BackingProduct product, string key)
    {
        ArgumentNullException.ThrowIfNull(product);

        return mode switch
        {
            SmokeMode.Emulator => await EmulatedAsync(product),
            SmokeMode.Live => await LiveAsync(product, key),
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "No gateway has recorded answers behind it."),
        };
    }

    /// <summary>Returns where the stack's session service answers.</summary>
    /// <param name="endpoint">Name of the endpoint: <c>Grpc</c> or <c>Http</c>.</param>
    public async Task<Uri> SessionServiceAsync(string endpoint) => (await LocalAsync()).EndpointOf(LocalStack.SessionService, endpoint);

    /// <summary>Returns the address of the stack's session database.</summary>
    public async Task<string> SessionDatabaseAsync() => (await LocalAsync()).Given["ConnectionStrings:sessions"] ?? "";

    /// <summary>Starts services that a suite needs beside the stack's, and waits until they are healthy. The caller ends them.</summary>
    /// <param name="compose">Adds the services.</param>
    /// <param name="names">Their names.</param>
    public async Task<DistributedApplication> StartAsync(Action<IDistributedApplicationBuilder> compose, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(compose);
        ArgumentNullException.ThrowIfNull(names);

        using var limit = StartLimit();
        // Projects are built as they start, and two builds at once would write the same files.
        await _building.WaitAsync(limit.Token);
        try
        {
            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
            compose(builder);
            var application = builder.Build();
            try
            {
                await application.StartAsync(limit.Token);
                foreach (var name in names)
                {
                    var settled = await application.ResourceNotifications.WaitForResourceAsync(name, snapshot => snapshot.IsSettled, limit.Token);
                    Assert.True(settled.Health is ResourceHealth.Healthy, $"{name}: {settled.Reason}");
                }
            }
            catch
            {
                await application.DisposeAsync();
                throw;
            }

            return application;
        }
        finally
        {
            _building.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }

        if (_live.IsValueCreated && await Task.WhenAny(_live.Value) is { IsCompletedSuccessfully: true } live)
        {
            await (await live).DisposeAsync();
        }

        if (_builder is not null)
        {
            await _builder.DisposeAsync();
        }

        _building.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task<SmokeGateway> EmulatedAsync(BackingProduct product)
    {
        var stack = await LocalAsync();
        var reason = await stack.ReasonAgainstAsync(product, TestContext.Current.CancellationToken);
        Expectation.SkipUnless(product.Name, reason is null, reason ?? "");
        return Keep(endpoint => stack.EndpointOf(LocalStack.ToolGateway, endpoint), stack.Given);
    }

    private async Task<SmokeGateway> LiveAsync(BackingProduct product, string key)
    {
        await LiveNeeds.RequireAsync(key, "GOOGLE_CLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS");
        // A running stack that was given no emulator calls the real service, and is then what to prove.
        if (SmokeSettings.RunningStack is not null && (await LocalAsync()) is { } stack && string.IsNullOrEmpty(stack.Given[product.Variable]))
        {
            return Keep(endpoint => stack.EndpointOf(LocalStack.ToolGateway, endpoint), LiveNeeds.Configuration());
        }

        var live = await _live.Value.WaitAsync(TestContext.Current.CancellationToken);
        return Keep(endpoint => live.GetEndpoint(LocalStack.ToolGateway, endpoint), LiveNeeds.Configuration());
    }

    /// <summary>Lets what a gateway holds live as long as the services: a test's removals come after its end.</summary>
    private SmokeGateway Keep(Func<string, Uri> endpointOf, IConfiguration configuration)
    {
        var gateway = new SmokeGateway(endpointOf(ServiceEndpoints.Grpc), endpointOf(ServiceEndpoints.Http), configuration);
        _gateways.Add(gateway);
        return gateway;
    }

    private Task<LocalStack> LocalAsync() => _local.Value.WaitAsync(TestContext.Current.CancellationToken);

    private static CancellationTokenSource StartLimit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(Lifeline.Ended);
        limit.CancelAfter(TestTimeouts.Start);
        return limit;
    }

    private async Task<LocalStack> StartLocalAsync()
    {
        using var limit = StartLimit();
        if (SmokeSettings.RunningStack is { } running)
        {
            limit.CancelAfter(TestTimeouts.Call);
            return await LocalStack.RunningAsync(running, limit.Token);
        }

        await _building.WaitAsync(limit.Token);
        try
        {
            return await StartAsync(limit.Token);
        }
        finally
        {
            _building.Release();
        }
    }

    private async Task<LocalStack> StartAsync(CancellationToken cancellationToken)
    {
        _folder = StateFolder.Create();
        // Named one by one: what the environment says of live products is for the live variants.
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>(
            [$"--{StateDirectory.Setting}", _folder, .. Products.Select(product => product.ModeArgument)], cancellationToken);
        var application = await _builder.BuildAsync(cancellationToken);
        await application.StartAsync(cancellationToken);
        foreach (var service in new[] { LocalStack.SessionService, LocalStack.ToolGateway })
        {
            await application.ResourceNotifications.WaitForResourceHealthyAsync(service, cancellationToken);
        }

        return LocalStack.Own(application, _folder);
    }

    /// <summary>Starts a gateway in front of the real services.</summary>
    private Task<DistributedApplication> StartLiveAsync() => StartAsync(
        builder =>
        {
            var gateway = builder.AddProject(LocalStack.ToolGateway, Path.Combine(Repository.Root, "Services", "ToolGateway", "ToolGateway.csproj")).WithServiceEndpoints();
            foreach (var emulator in GoogleVariables.Emulators)
            {
                gateway.WithEnvironment(emulator, "");
            }
        },
        [LocalStack.ToolGateway]);
}
