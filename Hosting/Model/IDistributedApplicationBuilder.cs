using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting;

/// <summary>Collects the graph.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>Gets the configuration of the AppHost: appsettings, user secrets, environment, command line; the last one wins.</summary>
    ConfigurationManager Configuration { get; }

    IHostEnvironment Environment { get; }

    IServiceCollection Services { get; }

    /// <summary>Gets the folder of the AppHost project; relative paths start there.</summary>
    string AppHostDirectory { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>Gets the resources in the order in which they were added.</summary>
    IReadOnlyList<IResource> Resources { get; }

    /// <summary>Adds a resource to the graph.</summary>
    /// <exception cref="DistributedApplicationException">The name is taken.</exception>
    IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource;

    /// <summary>Wraps a resource without adding it.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource;

    DistributedApplication Build();
}

/// <summary>A resource under construction.</summary>
public interface IResourceBuilder<out T>
    where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }

    /// <summary>Adds a fact about the resource.</summary>
    IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation)
        where TAnnotation : IResourceAnnotation;
}

/// <summary>Whether the graph is run or written down.</summary>
public sealed class DistributedApplicationExecutionContext(bool publish)
{
    public bool IsPublishMode { get; } = publish;

    public bool IsRunMode => !IsPublishMode;
}

/// <summary>How the AppHost was started.</summary>
public sealed class DistributedApplicationOptions
{
    public string[]? Args { get; set; }

    /// <summary>Gets or sets the folder of the AppHost project; by default what the build wrote into the assembly.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Gets or sets the assembly whose metadata and user secrets count; by default the entry assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>Gets or sets whether the application runs without showing itself: nothing is written to the console.</summary>
    public bool DisableDashboard { get; set; }
}

/// <summary>The graph, or what was asked of it, cannot work.</summary>
public sealed class DistributedApplicationException(string message, Exception? inner = null) : Exception(message, inner);

internal sealed class ResourceBuilder<T>(IDistributedApplicationBuilder applicationBuilder, T resource) : IResourceBuilder<T>
    where T : IResource
{
    public IDistributedApplicationBuilder ApplicationBuilder { get; } = applicationBuilder;

    public T Resource { get; } = resource;

    public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation)
        where TAnnotation : IResourceAnnotation
    {
        Resource.Annotations.Add(annotation);
        return this;
    }
}
