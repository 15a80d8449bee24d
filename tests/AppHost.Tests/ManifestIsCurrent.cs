using System.Text.Json.Nodes;
using Runtime.Testing;

namespace Runtime.AppHost.Tests;

/// <summary>The committed <c>aspire-manifest.json</c> is what the graph says today, in the shape that deployment tools read.</summary>
public sealed class ManifestIsCurrent
{
    /// <summary>What https://json.schemastore.org/aspire-8.0.json requires and allows, for the kinds that this graph has.</summary>
    private static readonly Dictionary<string, (string[] Required, string[] Optional)> Shapes = new(StringComparer.Ordinal)
    {
        ["parameter.v0"] = (["type", "value", "inputs"], ["connectionString"]),
        ["container.v0"] = (["type", "image"], ["entrypoint", "args", "connectionString", "env", "bindings", "bindMounts", "volumes"]),
        ["project.v0"] = (["type", "path"], ["args", "env", "bindings"]),
        ["value.v0"] = (["type", "connectionString"], []),
        ["annotated.string"] = (["type", "value", "filter"], []),
    };

    [Fact]
    public async Task The_committed_manifest_is_what_the_graph_says()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var committed = Path.Combine(Repository.Root, "aspire-manifest.json");
        // Beside the committed file: paths inside are relative to where it lies.
        var path = Path.Combine(Repository.Root, $"aspire-manifest.{Guid.CreateVersion7():n}.json");
        try
        {
            await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>(["--publisher", "manifest", "--output-path", path], cancellation);
            await using var application = await builder.BuildAsync(cancellation);
            await application.StartAsync(cancellation);

            Assert.True(File.Exists(committed), "Fix: dotnet run --project AppHost -- --publisher manifest --output-path aspire-manifest.json");
            Assert.True(
                await File.ReadAllTextAsync(committed, cancellation) == await File.ReadAllTextAsync(path, cancellation),
                "aspire-manifest.json is stale. Fix: dotnet run --project AppHost -- --publisher manifest --output-path aspire-manifest.json");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Every_resource_has_the_shape_of_the_schema_and_every_placeholder_names_something()
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "aspire-manifest.json"), TestContext.Current.CancellationToken))!;
        var resources = manifest["resources"]!.AsObject();

        foreach (var (name, resource) in resources)
        {
            var (required, optional) = Shapes[(string)resource!["type"]!];
            var properties = resource.AsObject().Select(property => property.Key).ToArray();
            Assert.Empty(required.Except(properties));
            Assert.Empty(properties.Except(required).Except(optional));
            foreach (var placeholder in Placeholders(resource.ToJsonString()))
            {
                Assert.True(resources.ContainsKey(placeholder.Split('.')[0]), $"'{name}' refers to '{placeholder}', which is not in the manifest.");
            }
        }
    }

    [Fact]
    public async Task Every_image_has_a_pinned_tag()
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "aspire-manifest.json"), TestContext.Current.CancellationToken))!;

        var images = manifest["resources"]!.AsObject().Select(resource => (string?)resource.Value!["image"]).OfType<string>().ToArray();

        Assert.Equal(4, images.Length);
        Assert.All(images, image => Assert.Matches(@":\d+\.\d+[\w.-]*$", image));
    }

    private static IEnumerable<string> Placeholders(string json) =>
        System.Text.RegularExpressions.Regex.Matches(json, @"\{([A-Za-z][\w-]*(?:\.[\w-]+)+)\}").Select(match => match.Groups[1].Value);
}
