using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Runtime.Hosting;

/// <summary>What every project gets: its Kestrel endpoints, and its name in telemetry.</summary>
internal static class ProjectDefaults
{
    public static IResourceBuilder<ProjectResource> Apply(IResourceBuilder<ProjectResource> builder, string projectPath)
    {
        var publish = builder.ApplicationBuilder.ExecutionContext.IsPublishMode;
        var kestrel = KestrelEndpoints(projectPath, builder.ApplicationBuilder.Environment.EnvironmentName);
        // One endpoint of a scheme is called by the scheme, several by their names in the configuration: Aspire's rule.
        var alone = kestrel.GroupBy(endpoint => endpoint.Scheme).Where(group => group.Count() == 1).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);

        foreach (var (name, scheme, port, http2) in kestrel)
        {
            builder.WithEndpoint(alone.Contains(scheme) ? scheme : name, endpoint =>
            {
                endpoint.UriScheme = scheme;
                if (publish)
                {
                    endpoint.TargetPort = port;
                }
                else
                {
                    endpoint.Port = port;
                }

                if (http2)
                {
                    endpoint.Transport = "http2";
                }
            });
        }

        return builder.WithEnvironment(context =>
        {
            var variables = context.EnvironmentVariables;
            foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>())
            {
                var port = new EndpointReference(builder.Resource, endpoint.Name).Property(EndpointProperty.TargetPort);
                var host = publish ? "*" : "127.0.0.1";
                if (kestrel.Any(configured => string.Equals(configured.Name, endpoint.Name, StringComparison.OrdinalIgnoreCase) || alone.Contains(endpoint.Name)))
                {
                    variables[$"Kestrel__Endpoints__{endpoint.Name}__Url"] = ReferenceExpression.Create($"{endpoint.UriScheme}://{host}:{port}");
                }
                else if (endpoint.UriScheme == "http")
                {
                    variables["HTTP_PORTS"] = port;
                }
            }

            if (publish)
            {
                variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
                if (builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(endpoint => endpoint.UriScheme == "http"))
                {
                    variables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
                }
            }
            else
            {
                variables.TryAdd("OTEL_SERVICE_NAME", builder.Resource.Name);
                var instance = $"service.instance.id={Guid.CreateVersion7():n}";
                var inherited = builder.ApplicationBuilder.Configuration["OTEL_RESOURCE_ATTRIBUTES"];
                variables.TryAdd("OTEL_RESOURCE_ATTRIBUTES", string.IsNullOrEmpty(inherited) ? instance : $"{inherited},{instance}");
            }
        });
    }

    private static List<(string Name, string Scheme, int Port, bool Http2)> KestrelEndpoints(string projectPath, string environment)
    {
        var folder = Path.GetDirectoryName(projectPath)!;
        var settings = new ConfigurationManager();
        foreach (var file in new[] { "appsettings.json", $"appsettings.{environment}.json" })
        {
            settings.AddJsonFile(Path.Combine(folder, file), optional: true);
        }

        var defaults = settings["Kestrel:EndpointDefaults:Protocols"];
        return
        [
            .. from endpoint in settings.GetSection("Kestrel:Endpoints").GetChildren()
               where endpoint["Url"] is not null
               let address = BindingAddress.Parse(endpoint["Url"]!)
               select (endpoint.Key, address.Scheme, address.Port, (endpoint["Protocols"] ?? defaults) == "Http2"),
        ];
    }
}
