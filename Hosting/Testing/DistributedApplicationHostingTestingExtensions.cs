using Microsoft.Extensions.DependencyInjection;

namespace Runtime.Hosting.Testing;

/// <summary>What a test asks a running application for.</summary>
public static class DistributedApplicationHostingTestingExtensions
{
    /// <summary>Makes a client whose base address is an endpoint of the resource.</summary>
    /// <param name="app">The running application.</param>
    /// <param name="resourceName">Resource name.</param>
    /// <param name="endpointName">Endpoint name; default the resource's only or first HTTP endpoint.</param>
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        return new HttpClient { BaseAddress = app.GetEndpoint(resourceName, endpointName) };
    }

    /// <summary>Returns the address of an endpoint.</summary>
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var resource = Find(app, resourceName) as IResourceWithEndpoints
            ?? throw new ArgumentException($"Resource '{resourceName}' has no endpoints.", nameof(resourceName));
        var name = endpointName ?? resource.Annotations.OfType<EndpointAnnotation>().OrderBy(endpoint => endpoint.Transport != "http").FirstOrDefault()?.Name
            ?? throw new ArgumentException($"Resource '{resourceName}' has no endpoints.", nameof(resourceName));
        return new Uri(new EndpointReference(resource, name).Url);
    }

    /// <summary>Returns the connection string of a resource.</summary>
    public static ValueTask<string?> GetConnectionStringAsync(this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default) =>
        Find(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"Resource '{resourceName}' has no connection string.", nameof(resourceName));

    private static IResource Find(DistributedApplication app, string name)
    {
        ArgumentNullException.ThrowIfNull(app);
        var resources = app.Services.GetRequiredService<ApplicationGraph>().Resources;
        return resources.FirstOrDefault(resource => string.Equals(resource.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"No resource is called '{name}'; there are {string.Join(", ", resources.Select(resource => resource.Name))}.", nameof(name));
    }
}
