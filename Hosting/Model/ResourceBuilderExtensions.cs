using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Hosting.Execution;

namespace Runtime.Hosting;

/// <summary>What can be said about a resource.</summary>
public static class ResourceBuilderExtensions
{
    /// <summary>Sets a variable to a text.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(context => context.EnvironmentVariables[name] = value ?? "");

    /// <summary>Sets a variable to a text with values in it that are known later.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, in ReferenceExpression.ExpressionInterpolatedStringHandler value)
        where T : IResourceWithEnvironment => builder.WithEnvironment(name, value.ToExpression());

    /// <inheritdoc cref="WithEnvironment{T}(IResourceBuilder{T}, string, in ReferenceExpression.ExpressionInterpolatedStringHandler)"/>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, ReferenceExpression value)
        where T : IResourceWithEnvironment => builder.Uses(value).WithEnvironment(context => context.EnvironmentVariables[name] = value);

    /// <summary>Sets a variable to the URL of an endpoint.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment => builder.Uses(endpointReference).WithEnvironment(context => context.EnvironmentVariables[name] = endpointReference);

    /// <summary>Sets a variable to the value of a parameter.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return builder.WithEnvironment(context => context.EnvironmentVariables[name] = parameter.Resource);
    }

    /// <summary>Sets variables when the resource starts.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new EnvironmentCallbackAnnotation(context =>
        {
            callback(context);
            return Task.CompletedTask;
        }));
    }

    /// <summary>Adds arguments.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args)
        where T : IResourceWithArgs => builder.WithArgs(context =>
        {
            foreach (var arg in args)
            {
                context.Args.Add(arg);
            }
        });

    /// <summary>Adds arguments when the resource starts.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, Action<CommandLineArgsCallbackContext> callback)
        where T : IResourceWithArgs
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new CommandLineArgsCallbackAnnotation(context =>
        {
            callback(context);
            return Task.CompletedTask;
        }));
    }

    /// <summary>Adds an endpoint.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="port">The port clients connect to; <see langword="null"/> picks a free one, so two runs can coexist.</param>
    /// <param name="targetPort">The port the program listens on; <see langword="null"/> means the client's port, told through <paramref name="env"/> or a callback.</param>
    /// <param name="scheme">URI scheme; default <c>tcp</c>.</param>
    /// <param name="name">Name in the resource; default the scheme.</param>
    /// <param name="env">Variable that gets the target port.</param>
    /// <param name="isProxied">Accepted and without effect: this orchestrator has no proxy.</param>
    /// <param name="isExternal">Whether the endpoint is meant for the outside when published.</param>
    /// <param name="protocol">Default TCP.</param>
    /// <exception cref="DistributedApplicationException">The resource has an endpoint of that name.</exception>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? scheme = null, string? name = null, string? env = null,
        bool? isProxied = null, bool? isExternal = null, ProtocolType? protocol = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);

        var endpoint = new EndpointAnnotation(protocol ?? ProtocolType.Tcp, scheme, null, name, port, targetPort, isExternal, isProxied ?? true);
        if (Find(builder.Resource, endpoint.Name) is not null)
        {
            throw new DistributedApplicationException(
                $"Resource '{builder.Resource.Name}' has an endpoint '{endpoint.Name}' already. Fix: name the second one, or change the first with WithEndpoint(\"{endpoint.Name}\", …).");
        }

        if (env is not null && builder.Resource is IResourceWithEnvironment)
        {
            var target = new EndpointReference(builder.Resource, endpoint.Name).Property(EndpointProperty.TargetPort);
            builder.WithAnnotation(new EnvironmentCallbackAnnotation(context =>
            {
                context.EnvironmentVariables[env] = target;
                return Task.CompletedTask;
            }));
        }

        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes the endpoint of that name, or adds it.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<EndpointAnnotation> callback, bool createIfNotExists = true)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(callback);

        var endpoint = Find(builder.Resource, endpointName);
        if (endpoint is null)
        {
            if (!createIfNotExists)
            {
                return builder;
            }

            endpoint = new EndpointAnnotation(ProtocolType.Tcp, name: endpointName);
            builder.WithAnnotation(endpoint);
        }

        callback(endpoint);
        return builder;
    }

    /// <summary>Adds an HTTP endpoint.</summary>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool? isProxied = null)
        where T : IResourceWithEndpoints => builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    /// <summary>Refers to an endpoint.</summary>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new EndpointReference(builder.Resource, name);
    }

    /// <summary>Injects a connection string as <c>ConnectionStrings__&lt;name&gt;</c>, and its parts as <c>&lt;NAME&gt;_&lt;PART&gt;</c>.</summary>
    /// <param name="builder">The resource that connects.</param>
    /// <param name="source">What it connects to.</param>
    /// <param name="connectionName">Name that the service asks for; default the resource's name.</param>
    /// <param name="optional">Whether a missing value is left out rather than an error.</param>
    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);

        var resource = source.Resource;
        connectionName ??= resource.Name;
        return builder.WithAnnotation(new ResourceRelationshipAnnotation(resource)).WithEnvironment(context =>
        {
            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName}"] =
                new ConnectionStringReference(resource, optional);
            foreach (var (part, value) in resource.GetConnectionProperties())
            {
                context.EnvironmentVariables[$"{Variable(connectionName)}_{part.ToUpperInvariant()}"] = value;
            }
        });
    }

    /// <summary>Injects every endpoint of a service as <c>services__&lt;name&gt;__&lt;endpoint&gt;__0</c> and <c>&lt;NAME&gt;_&lt;ENDPOINT&gt;</c>.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);

        var resource = source.Resource;
        return builder.WithAnnotation(new ResourceRelationshipAnnotation(resource)).WithEnvironment(context =>
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                AddDiscovery(context, new EndpointReference(resource, endpoint.Name));
            }
        });
    }

    /// <summary>Injects one endpoint of a service.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, EndpointReference endpointReference)
        where T : IResourceWithEnvironment => builder.Uses(endpointReference).WithEnvironment(context => AddDiscovery(context, endpointReference));

    /// <summary>Injects a service that is outside the graph.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, string name, Uri uri)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(uri);
        return builder.WithEnvironment($"services__{name}__default__0", uri.ToString());
    }

    /// <summary>Starts the resource only when <paramref name="dependency"/>, and what that lives in, is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dependency);

        if (dependency.Resource is IResourceWithParent child)
        {
            builder.WithAnnotation(new WaitAnnotation(child.Parent));
        }

        return builder.WithAnnotation(new WaitAnnotation(dependency.Resource));
    }

    /// <summary>Calls the resource healthy while the health check registered under <paramref name="key"/> does.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>Calls the resource healthy while a GET of <paramref name="path"/> answers <paramref name="statusCode"/>.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">Path; default <c>/</c>.</param>
    /// <param name="statusCode">Expected status; default 200.</param>
    /// <param name="endpointName">Which endpoint; default the first one with an HTTP scheme.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);

        var name = endpointName ?? builder.Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => e.UriScheme is "http" or "https")?.Name
            ?? throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' has no HTTP endpoint to check. Fix: add one with WithHttpEndpoint.");
        var check = new HttpReadyCheck(new EndpointReference(builder.Resource, name), path ?? "/", statusCode ?? 200);
        var key = $"{builder.Resource.Name}_{name}_{check.Path}_{check.Status}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new(key, check.Create, null, null));
        return builder.WithHealthCheck(key);
    }

    /// <summary>Marks every HTTP endpoint as meant for the outside when published.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.UriScheme is "http" or "https"))
        {
            endpoint.IsExternal = true;
        }

        return builder;
    }

    /// <summary>Records what a value belongs to, so that its owner outlives the user of the value.</summary>
    private static IResourceBuilder<T> Uses<T>(this IResourceBuilder<T> builder, IValueProvider value)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var owner in OwnersOf(value).Where(owner => !ReferenceEquals(owner, builder.Resource)))
        {
            builder.WithAnnotation(new ResourceRelationshipAnnotation(owner));
        }

        return builder;
    }

    private static IEnumerable<IResource> OwnersOf(IValueProvider value) => value switch
    {
        ReferenceExpression expression => expression.ValueProviders.SelectMany(OwnersOf),
        EndpointReferenceExpression part => [part.Endpoint.Resource],
        EndpointReference endpoint => [endpoint.Resource],
        IResource resource => [resource],
        _ => [],
    };

    private static void AddDiscovery(EnvironmentCallbackContext context, EndpointReference endpoint)
    {
        var service = endpoint.Resource.Name;
        context.EnvironmentVariables[$"services__{service}__{endpoint.EndpointName}__0"] = endpoint;
        context.EnvironmentVariables[$"{Variable(service)}_{Variable(endpoint.EndpointName)}"] = endpoint;
    }

    private static string Variable(string name) => name.Replace('-', '_').ToUpperInvariant();

    private static EndpointAnnotation? Find(IResource resource, string name) => resource.Annotations.OfType<EndpointAnnotation>()
        .FirstOrDefault(endpoint => string.Equals(endpoint.Name, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The connection string of a resource as another resource sees it: required, unless said otherwise.</summary>
internal sealed class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IValueProvider, IManifestExpressionProvider
{
    public string ValueExpression => resource.ValueExpression;

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var value = await resource.GetConnectionStringAsync(cancellationToken);
            return !string.IsNullOrEmpty(value) || optional
                ? value
                : throw new MissingParameterValueException(resource.Name, $"ConnectionStrings:{resource.Name}");
        }
        catch (MissingParameterValueException) when (optional)
        {
            return null;
        }
    }
}
