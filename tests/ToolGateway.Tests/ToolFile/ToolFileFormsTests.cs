using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What files may look like.</summary>
public sealed class ToolFileFormsTests
{
    private const string Flat = """
        kind: source
        name: db
        type: sqlite
        database: ":memory:"
        ---
        kind: tool
        name: say
        type: sqlite-sql
        source: db
        description: Says a word.
        parameters:
          - { name: word, type: string, description: A word. }
        statement: SELECT ? AS word
        ---
        kind: toolset
        name: words
        tools: [say]
        """;

    private const string Sections = """
        sources:
          db:
            kind: sqlite
            database: ":memory:"
        tools:
          say:
            kind: sqlite-sql
            source: db
            description: Says a word.
            parameters:
              - { name: word, type: string, description: A word. }
            statement: SELECT ? AS word
        toolsets:
          words: [say]
        """;

    [Theory]
    [InlineData(Flat)]
    [InlineData(Sections)]
    public async Task Both_forms_declare_the_same(string yaml)
    {
        await using var gateway = new DeclaredGateway(yaml);

        Assert.Equal("""[{"word":"hello"}]""", await gateway.RowsAsync("say", """{"word":"hello"}"""));
        Assert.Equal(["say"], gateway.Catalogue.Current.InToolset("words")!.Select(tool => tool.Name));
        Assert.Equal("Says a word.", gateway.Describe("say").Text);
    }

    [Fact]
    public async Task Forms_may_be_mixed_and_a_group_is_a_toolset()
    {
        await using var gateway = new DeclaredGateway($"{Flat}\n---\ngroups:\n  all: {{ description: All of them., tools: [say] }}");

        Assert.Equal(["fake", "all", "words"], gateway.Catalogue.Current.ToolsetNames.OrderBy(name => name is "fake" ? 0 : 1));
    }

    [Fact]
    public async Task An_anchor_stands_for_what_it_names()
    {
        await using var gateway = new DeclaredGateway("""
            sources: { db: { kind: sqlite, database: ':memory:' } }
            tools:
              one: &tool { kind: sqlite-sql, source: db, description: d, statement: SELECT 1 AS n }
              two: { <<: *tool, statement: SELECT 2 AS n }
            """);

        Assert.Equal("""[{"n":1}]""", await gateway.RowsAsync("one"));
        Assert.Equal("""[{"n":2}]""", await gateway.RowsAsync("two"));
    }

    [Theory]
    [InlineData("${WORD}", "from outside")]
    [InlineData("'${WORD} and ${WORD}'", "from outside and from outside")]
    [InlineData("${NONE:else}", "else")]
    [InlineData("${EMPTY:else}x", "x")]
    [InlineData("${EMPTY:-else}", "else")]
    [InlineData("\"${ODD}\"", "a \"b\" # c: 'd'\n- e")]
    [InlineData("${ODD}", "a \"b\" # c: 'd'\n- e")]
    public async Task A_variable_is_its_value_whatever_is_in_it(string text, string value)
    {
        await using var gateway = new DeclaredGateway(
            $$"""
            sources: { db: { kind: sqlite, database: ':memory:' } }
            tools:
              say:
                kind: sqlite-sql
                source: db
                description: {{text}} # ${ABSENT} in a comment is none
                statement: SELECT 1
            """,
            ("WORD", "from outside"), ("EMPTY", ""), ("ODD", "a \"b\" # c: 'd'\n- e"));

        Assert.Equal(value, gateway.Describe("say").Text);
    }

    [Fact]
    public async Task A_default_makes_a_parameter_optional_and_null_is_none()
    {
        await using var gateway = new DeclaredGateway("""
            sources: { db: { kind: sqlite, database: ':memory:' } }
            tools:
              say:
                kind: sqlite-sql
                source: db
                description: d
                parameters:
                  - { name: a, type: string, description: d, default: x, required: true }
                  - { name: b, type: string, description: d, required: false }
                  - { name: c, type: string, description: d, default: null }
                statement: SELECT ? AS a, ? AS b, ? AS c
            """);

        Assert.Equal([false, false, true], gateway.Describe("say").Parameters.Select(parameter => parameter.Required));
        Assert.Equal("""[{"a":"x","b":null,"c":"y"}]""", await gateway.RowsAsync("say", """{"c":"y"}"""));
    }

    [Theory]
    [InlineData("[red]", "red", true)]
    [InlineData("[red]", "darkred", false)]
    [InlineData("['^[a-z]+$']", "abc", true)]
    [InlineData("['^[a-z]+$']", "abc\n", false)]
    [InlineData("['[a-z]+']", "abc; x", false)]
    [InlineData("['C++']", "C++", true)]
    public async Task An_allowed_value_is_a_whole_match(string allowed, string value, bool isAllowed)
    {
        await using var gateway = new DeclaredGateway($$"""
            sources: { db: { kind: sqlite, database: ':memory:' } }
            tools:
              say: { kind: sqlite-sql, source: db, description: d, statement: SELECT ? AS v, parameters: [{ name: v, type: string, description: d, allowedValues: {{allowed}} }] }
            """);

        var result = await gateway.CallAsync("say", System.Text.Json.JsonSerializer.Serialize(new { v = value }));

        Assert.Equal(isAllowed, !result.IsError);
    }

    [Theory]
    [InlineData("SELECT 1", true, false, true)]
    [InlineData("INSERT INTO t (a) VALUES (1)", false, false, false)]
    [InlineData("DELETE FROM t", false, true, false)]
    public async Task Effects_are_found_out(string statement, bool reads, bool destroys, bool isIdempotent)
    {
        await using var gateway = new DeclaredGateway($$"""
            sources: { db: { kind: sqlite, database: ':memory:' } }
            tools:
              found: { kind: sqlite-sql, source: db, description: d, statement: {{statement}} }
              said: { kind: sqlite-sql, source: db, description: d, statement: {{statement}}, annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true } }
            """);

        Assert.Equal(new ToolEffects(reads, destroys, isIdempotent), gateway.Describe("found").Effects);
        Assert.Equal(new ToolEffects(ReadOnly: false, Destructive: true, Idempotent: true), gateway.Describe("said").Effects);
    }
}
