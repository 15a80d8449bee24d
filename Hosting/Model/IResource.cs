using System.Collections.ObjectModel;

namespace Runtime.Hosting;

/// <summary>One part of the application: something that runs, or something that is known by name.</summary>
public interface IResource
{
    /// <summary>Gets the name: lower-case letters, digits and hyphens, unique in the graph, at most 64 characters.</summary>
    string Name { get; }

    /// <summary>Gets what has been said about the resource so far, in order.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>A fact about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>The facts about one resource, in the order in which they were added.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <summary>Can be given environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>Can be given command line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>Can wait for another resource before it starts.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>Listens somewhere.</summary>
public interface IResourceWithEndpoints : IResource
{
    /// <summary>Refers to the endpoint called <paramref name="endpointName"/>, which may be added later.</summary>
    EndpointReference GetEndpoint(string endpointName) => new(this, endpointName);
}

/// <summary>Can be found by name through service discovery.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>Lives inside another resource, as a database lives in its server.</summary>
public interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

/// <summary>Is reached through a connection string.</summary>
public interface IResourceWithConnectionString : IResource, IValueProvider, IManifestExpressionProvider
{
    /// <summary>Gets the connection string, with references to endpoints and parameters inside.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>Gets the variable that carries the string; <see langword="null"/> means <c>ConnectionStrings__&lt;name&gt;</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    /// <summary>Resolves the connection string; <see langword="null"/> while it has no value.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ConnectionStringExpression.GetValueAsync(cancellationToken);

    /// <summary>Gets the parts of the connection, which a reference injects as <c>&lt;NAME&gt;_&lt;PART&gt;</c>.</summary>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";
}

/// <summary>Knows a value once the application runs.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>Knows how a value is written in the manifest, as a placeholder in braces.</summary>
public interface IManifestExpressionProvider
{
    string ValueExpression { get; }
}
