using System.Collections.Concurrent;
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
    private string? _folder;
    private IDistributedApplicationTestingBuilder? _builder;

    public SmokeServices() => (_local, _live) = (new(StartAsync), new(StartLiveAsync));

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
        return Keep(new(stack.EndpointOf(LocalStack.ToolGateway, ServiceEndpoints.Grpc), stack.EndpointOf(LocalStack.ToolGateway, ServiceEndpoints.Http), stack.Given));
    }

    private async Task<SmokeGateway> LiveAsync(BackingProduct product, string key)
    {
        await LiveNeeds.RequireAsync(key, "GOOGLE_CLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS");
        // A running stack that was given no emulator calls the real service, and is then what to prove.
        if (SmokeSettings.RunningStack is not null && (await LocalAsync()) is { } stack && string.IsNullOrEmpty(stack.Given[product.Variable]))
        {
            return Keep(new(
                stack.EndpointOf(LocalStack.ToolGateway, ServiceEndpoints.Grpc), stack.EndpointOf(LocalStack.ToolGateway, ServiceEndpoints.Http), LiveNeeds.Configuration()));
        }

        var live = await _live.Value.WaitAsync(TestContext.Current.CancellationToken);
        return Keep(new(
            live.GetEndpoint(LocalStack.ToolGateway, ServiceEndpoints.Grpc), live.GetEndpoint(LocalStack.ToolGateway, ServiceEndpoints.Http), LiveNeeds.Configuration()));
    }

    /// <summary>Lets what a gateway holds live as long as the services: a test's removals come after its end.</summary>
    private SmokeGateway Keep(SmokeGateway gateway)
    {
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

    private async Task<LocalStack> StartAsync()
    {
        if (SmokeSettings.RunningStack is { } running)
        {
            return LocalStack.Running(running);
        }

        _folder = StateFolder.Create();
        using var limit = StartLimit();
        // Named one by one: what the environment says of live products is for the live variants.
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>(
            [$"--{StateDirectory.Setting}", _folder, .. Products.Select(product => product.ModeArgument)], limit.Token);
        var application = await _builder.BuildAsync(limit.Token);
        await application.StartAsync(limit.Token);
        foreach (var service in new[] { LocalStack.SessionService, LocalStack.ToolGateway })
        {
            await application.ResourceNotifications.WaitForResourceHealthyAsync(service, limit.Token);
        }

        return LocalStack.Own(application, _folder);
    }

    /// <summary>Starts a gateway in front of the real services.</summary>
    private static async Task<DistributedApplication> StartLiveAsync()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        var gateway = builder.AddProject(LocalStack.ToolGateway, Path.Combine(Repository.Root, "Services", "ToolGateway", "ToolGateway.csproj")).WithServiceEndpoints();
        foreach (var emulator in GoogleVariables.Emulators)
        {
            gateway.WithEnvironment(emulator, "");
        }

        var application = builder.Build();
        using var limit = StartLimit();
        await application.StartAsync(limit.Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync(LocalStack.ToolGateway, limit.Token);
        return application;
    }
}
