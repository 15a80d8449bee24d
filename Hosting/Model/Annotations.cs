using Microsoft.Extensions.Logging;

namespace Runtime.Hosting;

/// <summary>Adds environment variables when the resource starts, and when the manifest is written.</summary>
public sealed class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<EnvironmentCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>What an environment callback works on.</summary>
public sealed class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext, IResource resource, Dictionary<string, object> environmentVariables, ILogger logger,
    CancellationToken cancellationToken)
{
    /// <summary>Gets the variables: values are text, or something that knows its value later.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    public IResource Resource { get; } = resource;

    public ILogger Logger { get; } = logger;

    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Adds command line arguments when the resource starts, and when the manifest is written.</summary>
public sealed class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>What an arguments callback works on.</summary>
public sealed class CommandLineArgsCallbackContext(
    IList<object> args, DistributedApplicationExecutionContext executionContext, IResource resource, ILogger logger, CancellationToken cancellationToken)
{
    /// <summary>Gets the arguments: text, or something that knows its value later.</summary>
    public IList<object> Args { get; } = args;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    public IResource Resource { get; } = resource;

    public ILogger Logger { get; } = logger;

    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>The resource starts only when <see cref="Resource"/> is healthy.</summary>
public sealed record WaitAnnotation(IResource Resource) : IResourceAnnotation;

/// <summary>The resource uses <see cref="Resource"/>, so it stops before it.</summary>
public sealed record ResourceRelationshipAnnotation(IResource Resource) : IResourceAnnotation;

/// <summary>The resource is healthy when the health check registered under <see cref="Key"/> says so.</summary>
public sealed record HealthCheckAnnotation(string Key) : IResourceAnnotation;

/// <summary>Which image a container runs.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    public string? Registry { get; set; }

    public required string Image { get; set; }

    public string? Tag { get; set; }

    /// <summary>Gets the full reference: registry, image, tag.</summary>
    public string Reference => (Registry is null ? "" : Registry + "/") + Image + ":" + (Tag ?? "latest");
}

/// <summary>A named volume in a container. A name of <see langword="null"/> makes an anonymous one.</summary>
public sealed record ContainerMountAnnotation(string? Source, string Target, bool IsReadOnly) : IResourceAnnotation;

/// <summary>Where the project file of a project is.</summary>
internal sealed record ProjectMetadataAnnotation(string ProjectPath) : IResourceAnnotation;
