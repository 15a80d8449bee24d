using Microsoft.Extensions.Configuration;
using Runtime.AppHost.Commands;
using Runtime.AppHost.Resources;
using BackingProduct = Runtime.Testing.BackingProduct;

namespace Runtime.Smoke.Framework;

/// <summary>A stack of this machine: what it gave its services, and where they answer.</summary>
internal sealed class LocalStack
{
    public const string SessionService = "session-service";
    public const string ToolGateway = "tool-gateway";

    private readonly DistributedApplication? _own;

    private LocalStack(string folder, DistributedApplication? own)
    {
        _own = own;
        Given = new ConfigurationBuilder().Add(new StackEnvironment(folder)).Build();
    }

    /// <summary>Gets what the services were given, by the names that they read.</summary>
    public IConfiguration Given { get; }

    /// <summary>Takes the stack that another AppHost runs, once its services answer.</summary>
    /// <param name="folder">Its state directory.</param>
    public static async Task<LocalStack> RunningAsync(string folder, CancellationToken cancellationToken)
    {
        Assert.True(
            StateDirectory.IsInUse(folder) && File.Exists(StackRecord.FileIn(folder)),
            $"No stack runs on '{folder}'. Setting: {SmokeSettings.StackVariable}. Fix: start one (dotnet run --project AppHost), or unset the variable.");
        var stack = new LocalStack(folder, own: null);
        foreach (var service in new[] { SessionService, ToolGateway })
        {
            await stack.WaitForAsync(service, cancellationToken);
        }

        return stack;
    }

    /// <summary>Takes a stack of this process.</summary>
    public static LocalStack Own(DistributedApplication application, string folder) => new(folder, application);

    /// <summary>Returns where a service answers.</summary>
    public Uri EndpointOf(string service, string endpoint) => new(
        Given[StackRecord.KeyOf(service, endpoint)] ?? throw new InvalidOperationException($"The stack has no {endpoint} endpoint of '{service}'. Fix: start it again."));

    /// <summary>Returns why the stack has no emulator of a product; <see langword="null"/> when it has one, which then answers.</summary>
    public async Task<string?> ReasonAgainstAsync(BackingProduct product, CancellationToken cancellationToken)
    {
        if (_own is null)
        {
            return string.IsNullOrEmpty(Given[product.Variable])
                ? $"The running stack has no emulator of {product.Name}. Fix: {product.ModeVariable}=auto dotnet run --project AppHost"
                : null;
        }

        var snapshot = await _own.ResourceNotifications.WaitForResourceAsync(product.Name, resource => resource.IsSettled, cancellationToken);
        Assert.False(snapshot.IsTerminal, $"{product.Name} did not start: {snapshot.Reason}");
        return snapshot.Health is ResourceHealth.Degraded ? $"No {product.Name} in the stack: {snapshot.Reason}" : null;
    }

    private async Task WaitForAsync(string service, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = EndpointOf(service, ServiceEndpoints.Http) };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It is starting.
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{service}' of the running stack is not healthy. Fix: look at it in the table of the AppHost.");
            }

            // As the AppHost asks it.
            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }
    }
}
