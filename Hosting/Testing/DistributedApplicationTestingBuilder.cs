using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting.Testing;

/// <summary>A graph that an AppHost composed, in the hands of a test.</summary>
public interface IDistributedApplicationTestingBuilder : IAsyncDisposable
{
    ConfigurationManager Configuration { get; }

    IHostEnvironment Environment { get; }

    IServiceCollection Services { get; }

    IReadOnlyList<IResource> Resources { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>Builds the application; the test starts it.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Runs an AppHost's entry point up to the built application, without a console.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Composes the graph of the AppHost that <typeparamref name="TEntryPoint"/> belongs to.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    /// <param name="args">Command line of the AppHost.</param>
    /// <param name="cancellationToken">Stops waiting for the graph.</param>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(args);

        var interception = new EntryPointInterception(typeof(TEntryPoint).Assembly, args);
        interception.Start();
        var builder = await interception.Composed.WaitAsync(cancellationToken);
        return new TestingBuilder(interception, builder);
    }

    private sealed class TestingBuilder(EntryPointInterception interception, DistributedApplicationBuilder builder) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => builder.Configuration;

        public IHostEnvironment Environment => builder.Environment;

        public IServiceCollection Services => builder.Services;

        public IReadOnlyList<IResource> Resources => builder.Resources;

        public DistributedApplicationExecutionContext ExecutionContext => builder.ExecutionContext;

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            _application = await interception.BuildAsync().WaitAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            if (_application is not null)
            {
                await _application.DisposeAsync();
            }
        }
    }
}
