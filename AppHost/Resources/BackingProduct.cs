namespace Runtime.AppHost.Resources;

/// <summary>A product behind the services, as the graph sees it: what runs, if anything, and what its users are told.</summary>
/// <param name="Supply">How it is supplied in this run.</param>
/// <param name="Resource">What stands in the graph for it.</param>
/// <param name="Variable">The standard variable that points the product's client libraries at an emulator.</param>
/// <param name="Emulator">Where the emulator answers; <see langword="null"/> for the real service and for one that was left out.</param>
public sealed record BackingProduct(Supply Supply, IResourceBuilder<IResource>? Resource, string Variable, EndpointReference? Emulator);

/// <summary>Hands backing products to services.</summary>
public static class BackingProductExtensions
{
    internal const string ProjectVariable = "GOOGLE_CLOUD_PROJECT";
    private const string LocalProject = "runtime-local";

    /// <summary>Points the service at a product. There is no wait: a service starts without it and says what is missing.</summary>
    public static IResourceBuilder<T> WithBacking<T>(this IResourceBuilder<T> builder, BackingProduct product)
        where T : IResourceWithEnvironment =>
        product.Emulator is { } emulator
            // Clients read host:port, so there is no scheme here.
            ? builder.WithEnvironment(product.Variable, ReferenceExpression.Create($"{emulator.Property(EndpointProperty.HostAndPort)}"))
            // Empty counts as unset: an emulator that the shell of the AppHost points at is not what "live" or "none" asked for.
            : builder.WithEnvironment(product.Variable, "");

    /// <summary>Names a Google Cloud project where none is configured and nothing but emulators, which take any, would see it.</summary>
    public static IResourceBuilder<T> WithProject<T>(this IResourceBuilder<T> builder, params BackingProduct[] products)
        where T : IResourceWithEnvironment
    {
        return ProjectFor(builder.ApplicationBuilder, products) is { } project ? builder.WithEnvironment(ProjectVariable, project) : builder;
    }

    /// <summary>Returns the project that services see; <see langword="null"/> where they see that of the environment.</summary>
    internal static string? ProjectFor(IDistributedApplicationBuilder builder, IReadOnlyCollection<BackingProduct> products)
    {
        // What is written down for deployment must not depend on the environment of whoever wrote it.
        var configured = builder.ExecutionContext.IsPublishMode ? null : builder.Configuration[ProjectVariable];
        return !string.IsNullOrWhiteSpace(configured) ? configured
            : products.Any(product => product.Supply.Mode is SupplyMode.Live) ? null
            : LocalProject;
    }
}
