using System.Globalization;

namespace Runtime.Hosting;

/// <summary>Which part of an endpoint is meant.</summary>
public enum EndpointProperty
{
    Url,
    Host,
    IPV4Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
}

/// <summary>Refers to an endpoint of a resource, which may not have its address yet.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IValueProvider, IManifestExpressionProvider
{
    public IResourceWithEndpoints Resource { get; } = owner;

    public string EndpointName { get; } = endpointName;

    public EndpointAnnotation EndpointAnnotation => FindAnnotation() ?? throw new InvalidOperationException(
        $"Resource '{Resource.Name}' has no endpoint '{EndpointName}'. Fix: add it with WithEndpoint or WithHttpEndpoint; it has: "
        + $"{string.Join(", ", Resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => endpoint.Name).DefaultIfEmpty("none"))}.");

    public bool Exists => FindAnnotation() is not null;

    public bool IsAllocated => FindAnnotation()?.AllocatedEndpoint is not null;

    public string Url => Allocated.UriString;

    public string Host => Allocated.Address;

    public int Port => Allocated.Port;

    public string Scheme => EndpointAnnotation.UriScheme;

    public string ValueExpression => Property(EndpointProperty.Url).ValueExpression;

    internal AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint ?? throw new InvalidOperationException(
        $"Endpoint '{EndpointName}' of '{Resource.Name}' has no address before the application starts.");

    /// <summary>Refers to one part of the endpoint.</summary>
    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);

    private EndpointAnnotation? FindAnnotation() => Resource.Annotations.OfType<EndpointAnnotation>()
        .FirstOrDefault(endpoint => string.Equals(endpoint.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

/// <summary>One part of an endpoint's address.</summary>
public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IValueProvider, IManifestExpressionProvider
{
    public EndpointReference Endpoint { get; } = endpoint;

    public EndpointProperty Property { get; } = property;

    public string ValueExpression
    {
        get
        {
            var binding = $"{Endpoint.Resource.Name}.bindings.{Endpoint.EndpointName}";
            return Property switch
            {
                EndpointProperty.Scheme => $"{{{binding}.scheme}}",
                EndpointProperty.Host or EndpointProperty.IPV4Host => $"{{{binding}.host}}",
                EndpointProperty.Port => $"{{{binding}.port}}",
                EndpointProperty.TargetPort => $"{{{binding}.targetPort}}",
                EndpointProperty.HostAndPort => $"{{{binding}.host}}:{{{binding}.port}}",
                _ => $"{{{binding}.url}}",
            };
        }
    }

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Property switch
    {
        EndpointProperty.Scheme => Endpoint.Scheme,
        EndpointProperty.Host or EndpointProperty.IPV4Host => Endpoint.Host,
        EndpointProperty.Port => Endpoint.Port.ToString(CultureInfo.InvariantCulture),
        EndpointProperty.TargetPort => Endpoint.Allocated.TargetPort.ToString(CultureInfo.InvariantCulture),
        EndpointProperty.HostAndPort => Endpoint.Allocated.HostAndPort,
        _ => Endpoint.Url,
    });
}
