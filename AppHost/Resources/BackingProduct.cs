namespace Runtime.AppHost.Resources;

/// <summary>A product behind the services, as the graph sees it: what runs, if anything, and what its users are told.</summary>
/// <param name="Supply">How it is supplied in this run.</param>
/// <param name="Resource">What stands in the graph for it.</param>
/// <param name="Connection">How it is reached; <see langword="null"/> for the real service and for one that was left out.</param>
public sealed record BackingProduct(Supply Supply, IResourceBuilder<IResource>? Resource, EmulatorConnection? Connection);

/// <summary>How an emulator is reached: the standard variable of the product's client libraries, with host and port.</summary>
public sealed record EmulatorConnection(string Variable, EndpointReference Endpoint);

/// <summary>Hands backing products to services.</summary>
public static class BackingProductExtensions
{
    private const string ProjectVariable = "GOOGLE_CLOUD_PROJECT";
    private const string LocalProject = "runtime-local";

    /// <summary>Points the service at a product. There is no wait: a service starts without it and says what is missing.</summary>
    public static IResourceBuilder<T> WithBacking<T>(this IResourceBuilder<T> builder, BackingProduct product)
        where T : IResourceWithEnvironment =>
        product.Connection is { } emulator
            // Clients read host:port, so there is no scheme here.
            ? builder.WithEnvironment(emulator.Variable, ReferenceExpression.Create($"{emulator.Endpoint.Property(EndpointProperty.HostAndPort)}"))
            : builder;

    /// <summary>Names a Google Cloud project where none is configured and an emulator runs, which takes any.</summary>
    public static IResourceBuilder<T> WithProject<T>(this IResourceBuilder<T> builder, params BackingProduct[] products)
        where T : IResourceWithEnvironment
    {
        // What is written down for deployment must not depend on the environment of whoever wrote it.
        var configured = builder.ApplicationBuilder.ExecutionContext.IsPublishMode ? null : builder.ApplicationBuilder.Configuration[ProjectVariable];
        var project = string.IsNullOrWhiteSpace(configured) && products.Any(product => product.Connection is not null) ? LocalProject : configured;
        return string.IsNullOrWhiteSpace(project) ? builder : builder.WithEnvironment(ProjectVariable, project);
    }
}
