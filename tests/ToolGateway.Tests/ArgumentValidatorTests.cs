using System.Text.Json;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

public sealed class ArgumentValidatorTests
{
    private static readonly ToolDescription Description = new FakeToolset().Tools.Single(tool => tool.Description.Name is "echo").Description;

    private static readonly Dictionary<string, JsonElement> NoClaims = [];

    [Theory]
    [InlineData("""{}""", "Argument 'text' is missing. Allowed: a string that is not empty.")]
    [InlineData("""{"text":null}""", "Argument 'text' is missing. Allowed: a string that is not empty.")]
    [InlineData("""{"text":""}""", "Argument 'text' is the string ''. Allowed: a string that is not empty.")]
    [InlineData("""{"text":5}""", "Argument 'text' is the number 5. Allowed: a string that is not empty.")]
    [InlineData("""{"text":"a","times":4}""", "Argument 'times' is the number 4. Allowed: a whole number from 1 to 3.")]
    [InlineData("""{"text":"a","times":1.5}""", "Argument 'times' is the number 1.5. Allowed: a whole number from 1 to 3.")]
    [InlineData("""{"text":"a","times":"2"}""", "Argument 'times' is the string '2'. Allowed: a whole number from 1 to 3.")]
    [InlineData("""{"text":"a","loud":"yes"}""", "Argument 'loud' is the string 'yes'. Allowed: true or false.")]
    [InlineData("""{"text":"a","tags":"x"}""", "Argument 'tags' is the string 'x'. Allowed: an array of strings.")]
    [InlineData("""{"text":"a","tags":["x",1]}""", "Argument 'tags[1]' is the number 1. Allowed: a string.")]
    [InlineData("""{"text":"a","labels":{"x":1}}""", "Argument 'labels.x' is the number 1. Allowed: a string.")]
    [InlineData("""{"text":"a","txt":"b"}""", "Argument 'txt' is unknown. Allowed: text, times, loud, tags, labels.")]
    [InlineData("""["a"]""", """The arguments are the array ["a"]. Allowed: a JSON object.""")]
    public void A_wrong_argument_is_named_with_what_came_and_what_is_allowed(string arguments, string problem) =>
        Assert.Equal([problem], Validate(arguments, out _));

    [Fact]
    public void All_problems_come_at_once() => Assert.Equal(3, Validate("""{"times":9,"loud":1}""", out _).Count);

    [Fact]
    public void Absent_arguments_get_their_defaults()
    {
        Assert.Empty(Validate("""{"text":"a","loud":null}""", out var accepted));

        Assert.Equal(1, accepted.Number("times"));
        Assert.False(accepted.IsTrue("loud"));
    }

    [Fact]
    public void What_only_the_operator_can_supply_is_asked_of_the_operator_once_the_rest_is_right()
    {
        var description = Description with
        {
            Parameters =
            [
                new("project_id", ParameterKind.String, "Project.")
                {
                    Required = true,
                    WhenMissing = () => new NotConfiguredException("Fake", "PROJECT_NOT_CONFIGURED", "No project.", "export PROJECT=x"),
                },
                new("query", ParameterKind.String, "Query.") { Required = true },
            ],
        };

        Assert.Equal(["Argument 'query' is missing. Allowed: a string."], ArgumentValidator.Validate(description, Parse("{}"), NoClaims, out _));
        Assert.Throws<NotConfiguredException>(() => ArgumentValidator.Validate(description, Parse("""{"query":"x"}"""), NoClaims, out _));
        Assert.Empty(ArgumentValidator.Validate(description, Parse("""{"query":"x","project_id":"p"}"""), NoClaims, out _));
    }

    private static IReadOnlyList<string> Validate(string json, out ToolArguments accepted) => ArgumentValidator.Validate(Description, Parse(json), NoClaims, out accepted);

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
