using System.Globalization;

namespace Runtime.AppHost.Resources;

/// <summary>The endpoints that every service of ours has.</summary>
public static class ServiceEndpoints
{
    public const string Grpc = "Grpc";
    public const string Http = "Http";

    /// <summary>Gives a service free ports, or the ones that <c>Ports:&lt;resource&gt;:&lt;endpoint&gt;</c> asks for, and asks its <c>/health</c>.</summary>
    public static IResourceBuilder<ProjectResource> WithServiceEndpoints(this IResourceBuilder<ProjectResource> builder)
    {
        var publish = builder.ApplicationBuilder.ExecutionContext.IsPublishMode;
        foreach (var name in new[] { Grpc, Http })
        {
            // The ports in appsettings.json are for a service that runs alone; here two stacks may run side by side.
            builder.WithEndpoint(name, endpoint => endpoint.Port = publish ? null : PortOf(builder, name));
        }

        return builder.WithHttpHealthCheck("/health", endpointName: Http);
    }

    private static int? PortOf(IResourceBuilder<ProjectResource> builder, string endpoint)
    {
        var setting = $"Ports:{builder.Resource.Name}:{endpoint.ToLowerInvariant()}";
        return builder.ApplicationBuilder.Configuration[setting] switch
        {
            null or "" => null,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 => port,
            var text => throw new SettingException($"'{text}' is no port.", setting, "use a number from 1 to 65535, or leave it out for a free one"),
        };
    }
}
