using Microsoft.Extensions.Configuration;

namespace Runtime.Hosting;

/// <summary>What can be added to a graph.</summary>
public static class ResourceKindExtensions
{
    /// <summary>Adds a container.</summary>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, string name, string image)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ContainerResource(name)).WithImage(image);
    }

    /// <inheritdoc cref="AddContainer(IDistributedApplicationBuilder, string, string)"/>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, string name, string image, string tag)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ContainerResource(name)).WithImage(image, tag);
    }

    /// <summary>Adds a program of this machine.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Resource name.</param>
    /// <param name="command">Path of the program, or a name that PATH resolves.</param>
    /// <param name="workingDirectory">Where it starts; relative to the AppHost project.</param>
    /// <param name="args">Its arguments.</param>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory))).WithArgs(args ?? []);
    }

    /// <summary>Adds a .NET project. Its Kestrel endpoints become endpoints of the resource.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Resource name.</param>
    /// <param name="projectPath">The project file; relative to the AppHost project.</param>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var path = Path.GetFullPath(projectPath, builder.AppHostDirectory);
        var resource = builder.AddResource(new ProjectResource(name)).WithAnnotation(new ProjectMetadataAnnotation(path));
        return ProjectDefaults.Apply(resource, path);
    }

    /// <summary>Adds a value that comes from <c>Parameters:&lt;name&gt;</c> in configuration, user secrets or environment.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ParameterResource(
            name, ParameterResource.FromConfiguration(builder.Configuration, name, $"Parameters:{name}"), secret));
    }

    /// <summary>Adds a fixed value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ParameterResource(name, _ => value, secret)
        {
            Default = publishValueAsDefault ? new ConstantParameterDefault(value) : null,
        });
    }

    /// <summary>Adds a value that is made when it is needed.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ParameterResource(name, _ => valueGetter(), secret)
        {
            Default = publishValueAsDefault ? new ConstantParameterDefault(valueGetter()) : null,
        });
    }

    /// <summary>Adds a value with a default.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Parameter name; its value may be set as <c>Parameters:&lt;name&gt;</c>.</param>
    /// <param name="value">The default.</param>
    /// <param name="secret">Whether the value must never be shown.</param>
    /// <param name="persist">Whether a generated value is kept in the user secrets of the AppHost, so that the next run has the same.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(value);

        var key = $"Parameters:{name}";
        var fallback = persist && builder is DistributedApplicationBuilder own
            ? new PersistedParameterDefault(value, builder.Configuration, own.Secrets, key)
            : value;
        return builder.AddResource(new ParameterResource(name, ParameterResource.FromConfiguration(builder.Configuration, name, key), secret)
        {
            Default = fallback,
        });
    }

    /// <summary>Adds a connection string that comes from <c>ConnectionStrings:&lt;name&gt;</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ConfiguredConnectionStringResource(name, builder.Configuration, environmentVariableName));
    }

    /// <summary>Adds a connection string made of other values.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, ReferenceExpression expression)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ConnectionStringResource(name, expression));
    }

    /// <summary>Chooses the image.</summary>
    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null)
        where T : ContainerResource
    {
        var annotation = ImageOf(builder, createAs: image);
        // "name:tag" in one string: the last colon after the last slash separates the tag, a colon before it is a registry's port.
        var colon = image.LastIndexOf(':');
        var tagged = colon > image.LastIndexOf('/');
        annotation.Image = tagged ? image[..colon] : image;
        annotation.Tag = tag ?? (tagged ? image[(colon + 1)..] : annotation.Tag);
        return builder;
    }

    /// <summary>Chooses the version of the image.</summary>
    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag)
        where T : ContainerResource
    {
        ImageOf(builder).Tag = tag;
        return builder;
    }

    /// <summary>Chooses where the image is pulled from.</summary>
    public static IResourceBuilder<T> WithImageRegistry<T>(this IResourceBuilder<T> builder, string? registry)
        where T : ContainerResource
    {
        ImageOf(builder).Registry = registry;
        return builder;
    }

    /// <summary>Replaces the entry point of the image.</summary>
    public static IResourceBuilder<T> WithEntrypoint<T>(this IResourceBuilder<T> builder, string entrypoint)
        where T : ContainerResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Entrypoint = entrypoint;
        return builder;
    }

    /// <summary>Mounts a named volume, which outlives the container.</summary>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ContainerMountAnnotation(name, target, isReadOnly));
    }

    private static ContainerImageAnnotation ImageOf<T>(IResourceBuilder<T> builder, string? createAs = null)
        where T : ContainerResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        var annotation = builder.Resource.Annotations.OfType<ContainerImageAnnotation>().FirstOrDefault();
        if (annotation is null)
        {
            annotation = new ContainerImageAnnotation
            {
                Image = createAs ?? throw new DistributedApplicationException($"Container '{builder.Resource.Name}' has no image. Fix: call WithImage first."),
            };
            builder.WithAnnotation(annotation);
        }

        return annotation;
    }
}

/// <summary>A default that is written down.</summary>
internal sealed class ConstantParameterDefault(string value) : ParameterDefault
{
    public override string GetDefaultValue() => value;
}

/// <summary>A connection string of the configuration; in the manifest, a parameter.</summary>
internal sealed class ConfiguredConnectionStringResource(string name, IConfiguration configuration, string? environmentVariableName)
    : ParameterResource(name, ParameterResource.FromConfiguration(configuration, name, $"ConnectionStrings:{name}"), secret: true),
      IResourceWithConnectionString
{
    public string? ConnectionStringEnvironmentVariable => environmentVariableName;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{(ParameterResource)this}");

    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";
}
