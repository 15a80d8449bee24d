using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting.Publishing;

/// <summary>Writes the graph down as an Aspire manifest, and ends.</summary>
/// <remarks>Format: https://json.schemastore.org/aspire-8.0.json. Waits, health checks and parameter values are not part of it.</remarks>
internal sealed class ManifestPublisher(ApplicationGraph graph, IConfiguration configuration, IHostApplicationLifetime lifetime) : IHostedService
{
    private const string Schema = "https://json.schemastore.org/aspire-8.0.json";

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The encoded parameters that the expressions written so far refer to.</summary>
    private readonly SortedDictionary<string, UriEncodedParameter> _encoded = new(StringComparer.Ordinal);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var output = configuration["Publishing:OutputPath"]
            ?? throw new DistributedApplicationException("No place for the manifest. Setting: --output-path. Fix: add --output-path aspire-manifest.json.");
        var path = Path.GetFullPath(output, Directory.GetCurrentDirectory());
        if (Directory.Exists(path))
        {
            path = Path.Combine(path, "aspire-manifest.json");
        }

        var manifest = await DescribeAsync(Path.GetDirectoryName(path)!, cancellationToken);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, manifest.ToJsonString(Layout) + "\n", cancellationToken);
        Console.WriteLine($"Wrote {path}");
        lifetime.StopApplication();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<JsonObject> DescribeAsync(string manifestFolder, CancellationToken cancellationToken)
    {
        var resources = new JsonObject();
        _encoded.Clear();
        foreach (var resource in graph.Resources)
        {
            if (await DescribeAsync(resource, manifestFolder, cancellationToken) is { } description)
            {
                resources[resource.Name] = description;
            }
        }

        foreach (var encoded in _encoded.Values)
        {
            resources[encoded.Name] = new JsonObject { ["type"] = "annotated.string", ["value"] = encoded.Parameter.ValueExpression, ["filter"] = "uri" };
        }

        return new JsonObject { ["$schema"] = Schema, ["resources"] = resources };
    }

    private async Task<JsonObject?> DescribeAsync(IResource resource, string folder, CancellationToken cancellationToken) => resource switch
    {
        ParameterResource parameter => DescribeParameter(parameter),
        ContainerResource container => await DescribeContainerAsync(container, cancellationToken),
        ProjectResource => new JsonObject { ["type"] = "project.v0", ["path"] = Relative(folder, Execution.ProjectBuild.PathOf(resource)) }
            .With("args", await ArgsAsync(resource, cancellationToken))
            .With("env", await EnvironmentAsync(resource, cancellationToken))
            .With("bindings", Bindings(resource)),
        ExecutableResource executable => new JsonObject
        {
            ["type"] = "executable.v0",
            ["workingDirectory"] = Relative(folder, executable.WorkingDirectory),
            ["command"] = executable.Command,
        }
            .With("args", await ArgsAsync(resource, cancellationToken))
            .With("env", await EnvironmentAsync(resource, cancellationToken))
            .With("bindings", Bindings(resource)),
        IResourceWithConnectionString value => new JsonObject { ["type"] = "value.v0", ["connectionString"] = value.ConnectionStringExpression.ValueExpression },
        _ => null,
    };

    private static JsonObject DescribeParameter(ParameterResource parameter)
    {
        var input = new JsonObject { ["type"] = "string" };
        if (parameter.Secret)
        {
            input["secret"] = true;
        }

        var fallback = parameter.Default is PersistedParameterDefault persisted ? persisted.Inner : parameter.Default;
        if (fallback is GenerateParameterDefault generate)
        {
            input["default"] = new JsonObject { ["generate"] = new JsonObject { ["minLength"] = generate.MinLength } };
        }
        else if (fallback is not null)
        {
            input["default"] = new JsonObject { ["value"] = fallback.GetDefaultValue() };
        }

        return new JsonObject
        {
            ["type"] = "parameter.v0",
            ["value"] = $"{{{parameter.Name}.inputs.value}}",
            ["inputs"] = new JsonObject { ["value"] = input },
        }.With("connectionString", parameter is IResourceWithConnectionString ? $"{{{parameter.Name}.value}}" : null);
    }

    private async Task<JsonObject> DescribeContainerAsync(ContainerResource container, CancellationToken cancellationToken) =>
        new JsonObject { ["type"] = "container.v0" }
            .With("connectionString", (container as IResourceWithConnectionString)?.ConnectionStringExpression.ValueExpression)
            .With("image", container.Annotations.OfType<ContainerImageAnnotation>().Single().Reference)
            .With("entrypoint", container.Entrypoint)
            .With("args", await ArgsAsync(container, cancellationToken))
            .With("volumes", Volumes(container))
            .With("env", await EnvironmentAsync(container, cancellationToken))
            .With("bindings", Bindings(container));

    private static JsonArray Volumes(ContainerResource resource) =>
    [
        .. resource.Annotations.OfType<ContainerMountAnnotation>().Select(mount => new JsonObject { ["target"] = mount.Target, ["readOnly"] = mount.IsReadOnly }
            .With("name", mount.Source)),
    ];

    private static JsonObject Bindings(IResource resource)
    {
        var bindings = new JsonObject();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var binding = new JsonObject
            {
                ["scheme"] = endpoint.UriScheme,
                ["protocol"] = endpoint.Protocol.ToString().ToLowerInvariant(),
                ["transport"] = endpoint.Transport,
            };
            if (endpoint.Port is { } port && resource is not ProjectResource)
            {
                binding["port"] = port;
            }

            if (endpoint.TargetPort is { } target)
            {
                binding["targetPort"] = target;
            }

            if (endpoint.IsExternal)
            {
                binding["external"] = true;
            }

            bindings[endpoint.Name] = binding;
        }

        return bindings;
    }

    private async Task<JsonObject> EnvironmentAsync(IResource resource, CancellationToken cancellationToken)
    {
        var variables = await ResourceCallbacks.EnvironmentAsync(resource, graph.ExecutionContext, cancellationToken);
        return new JsonObject(variables.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)TextOf(variable.Value))));
    }

    private async Task<JsonArray> ArgsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var args = await ResourceCallbacks.ArgsAsync(resource, graph.ExecutionContext, cancellationToken);
        return [.. args.Select(arg => (JsonNode?)TextOf(arg))];
    }

    private string TextOf(object value)
    {
        foreach (var encoded in (value as ReferenceExpression)?.ValueProviders.OfType<UriEncodedParameter>() ?? [])
        {
            _encoded[encoded.Name] = encoded;
        }

        return value is IManifestExpressionProvider expression ? expression.ValueExpression : value.ToString() ?? "";
    }

    private static string Relative(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}

internal static class ManifestJson
{
    /// <summary>Adds a property where there is something to say.</summary>
    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        if (value is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 }))
        {
            json[name] = value;
        }

        return json;
    }
}
