using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Runtime.AppHost.Resources.Postgres;

namespace Runtime.AppHost.Resources;

/// <summary>A file that tells commands what the services of the running stack were given, and where they answer: <c>stack.env</c> in the state directory.</summary>
/// <remarks>It holds the address of the session database, so only its owner may read it; it is there while the stack runs.</remarks>
internal static class StackRecord
{
    public static string FileIn(string folder) => Path.Combine(folder, "stack.env");

    /// <summary>Returns the configuration key that an endpoint of a service is recorded under, which is that of service discovery.</summary>
    public static string KeyOf(string service, string endpoint) => $"services:{service}:{endpoint}:0";

    /// <summary>Keeps the file while the stack runs.</summary>
    public static void RecordStack(
        this IDistributedApplicationBuilder builder, SessionDatabase sessions, BackingProduct[] products, IResourceBuilder<ProjectResource>[] services)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            var (file, project) = (FileIn(StateDirectory.Of(builder)), BackingProductExtensions.ProjectFor(builder, products));
            builder.Services.AddHostedService(_ => new Writer(file, sessions, products, services, project));
        }
    }

    private sealed class Writer(string file, SessionDatabase sessions, BackingProduct[] products, IResourceBuilder<ProjectResource>[] services, string? project)
        : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        /// <summary>Runs when everything has its address.</summary>
        public async Task StartedAsync(CancellationToken cancellationToken)
        {
            List<string> lines = [];
            var connection = sessions.Connection.Resource;
            try
            {
                lines.Add($"ConnectionStrings__{connection.Name}={await connection.GetConnectionStringAsync(cancellationToken)}");
            }
            catch (DistributedApplicationException)
            {
                // A live database whose address is not set: the session service says so when it starts.
            }

            foreach (var product in products)
            {
                var address = product.Emulator is { } emulator
                    ? await ReferenceExpression.Create($"{emulator.Property(EndpointProperty.HostAndPort)}").GetValueAsync(cancellationToken)
                    : "";
                lines.Add($"{product.Variable}={address}");
            }

            if (project is not null)
            {
                lines.Add($"{BackingProductExtensions.ProjectVariable}={project}");
            }

            foreach (var service in services)
            {
                foreach (var endpoint in new[] { ServiceEndpoints.Grpc, ServiceEndpoints.Http })
                {
                    var address = await ReferenceExpression.Create($"{service.GetEndpoint(endpoint).Property(EndpointProperty.Url)}").GetValueAsync(cancellationToken);
                    var variable = KeyOf(service.Resource.Name, endpoint).Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);
                    lines.Add($"{variable}={address}");
                }
            }

            File.Delete(file);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var writer = new StreamWriter(file, options);
            await writer.WriteAsync(string.Join('\n', lines) + "\n");
        }

        public Task StoppingAsync(CancellationToken cancellationToken)
        {
            File.Delete(file);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
