using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

public sealed class ToolCatalogueTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public void Every_registered_toolset_is_there_in_order()
    {
        var catalogue = gateway.Services.GetRequiredService<LiveCatalogue>().Current;

        Assert.Equal(["bigtable", "fake", "pubsub", "spanner"], catalogue.ToolsetNames);
        Assert.Equal(
            [
                "bigtable_list_tables", "bigtable_read_rows", "count", "echo", "fail", "wait", "acknowledge_messages", "publish_message", "pull_messages",
                "spanner_execute_sql", "spanner_list_table_names",
            ],
            catalogue.All.Select(tool => tool.Name));
    }

    [Fact]
    public void Two_tools_of_one_name_are_refused_with_both_places() => Assert.Contains(
        "'first' and in 'second'",
        Assert.Throws<ToolNameException>(() => new ToolCatalogue([new Named("second"), new Named("first")], DeclaredTools.None)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_schema_says_what_the_validator_holds_a_call_against()
    {
        var schema = gateway.Services.GetRequiredService<LiveCatalogue>().Current.Find("echo")!.InputSchemaJson;

        var expected = JsonNode.Parse("""
            {
              "type": "object",
              "properties": {
                "text": { "type": "string", "description": "Any text.", "minLength": 1 },
                "times": { "type": "integer", "description": "How often.", "minimum": 1, "maximum": 3, "default": 1 },
                "loud": { "type": "boolean", "description": "In capitals." },
                "tags": { "type": "array", "description": "Some tags.", "items": { "type": "string" } },
                "labels": { "type": "object", "description": "Some labels.", "additionalProperties": { "type": "string" } }
              },
              "required": ["text"],
              "additionalProperties": false
            }
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(schema)), schema);
    }

    private sealed class Named(string name) : IToolset
    {
        public string Name => name;

        public IReadOnlyList<ITool> Tools { get; } = new FakeToolset().Tools;
    }
}
