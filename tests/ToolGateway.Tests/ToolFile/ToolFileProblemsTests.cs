namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What the operator is told of a wrong file.</summary>
public sealed class ToolFileProblemsTests
{
    private const string Source = """
        sources:
          db: { kind: sqlite, database: ':memory:' }

        """;

    [Theory]
    [InlineData("tool: {}", "tools.yaml:3:1: The section 'tool' is unknown. Did you mean 'tools'? Known: authServices, groups, sources, tools, toolsets.")]
    [InlineData("prompts: {}", "tools.yaml:3:1: The section 'prompts' is one of MCP Toolbox that the gateway does not have. Known: authServices, groups, sources, tools, toolsets.")]
    [InlineData("tools: [a]", "tools.yaml:3:8: Section 'tools' is a list. Allowed: a mapping by name.")]
    [InlineData("tools: { a: { source: db } }", "tools.yaml:3:10: Tool 'a' has no 'kind'. Fix: add it.")]
    [InlineData("tools: { a: [x] }", "tools.yaml:3:13: Tool 'a' is a list. Allowed: a mapping of its fields.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sq1, source: db, description: d, statement: SELECT 1 } }",
        "tools.yaml:3:21: Tool 'a' is of the unknown kind 'sqlite-sq1'. Did you mean 'sqlite-sql'? Known: *.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: db, description: d, statment: SELECT 1 } }",
        "tools.yaml:3:13: Tool 'a' has no 'statement'. Fix: add it.",
        "tools.yaml:3:61: Tool 'a' has the unknown field 'statment'. Did you mean 'statement'? Known: *.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: bd, description: d, statement: SELECT 1 } }",
        "tools.yaml:3:41: Tool 'a' names the source 'bd', which is not declared. Known: db.")]
    [InlineData(
        "tools: { a: { kind: postgres-sql, source: db, description: d, statement: SELECT 1 } }",
        "tools.yaml:3:43: Tool 'a' is of kind 'postgres-sql', and its source 'db' of kind 'sqlite', which it cannot use. Fix: name another source.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1, maxRows: many } }",
        "tools.yaml:3:91: Field 'maxRows' of tool 'a' is 'many'. Allowed: a whole number.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1, maxRows: -1 } }",
        "tools.yaml:3:91: Field 'maxRows' of tool 'a' is '-1'. Allowed: 0 to 2147483647.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1, source: db } }",
        "tools.yaml:3:82: Tool 'a' has the field 'source' twice.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1, authRequired: [people] } }",
        "tools.yaml:3:96: Tool 'a' names the auth service 'people', which is not declared. There is none.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1, annotations: { readonlyHint: true } } }",
        "tools.yaml:3:97: Field 'annotations' of tool 'a' has the unknown field 'readonlyHint'. Did you mean 'readOnlyHint'? Known: destructiveHint, idempotentHint, openWorldHint, readOnlyHint.")]
    [InlineData(
        "tools: { 'a b': { kind: sqlite-sql, source: db, description: d, statement: SELECT 1 } }",
        "tools.yaml:3:10: The name of Tool 'a b' is not one of a tool. Allowed: 1 to 128 letters, digits, '_', '-' and '.'.")]
    [InlineData(
        "tools: { echo: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1 } }",
        "tools.yaml:3:10: Tool 'echo' has the name of a tool that the gateway has built in. Fix: rename it.")]
    [InlineData("toolsets: { fake: [] }", "tools.yaml:3:13: Toolset 'fake' has the name of one that the gateway has built in. Fix: rename it.")]
    [InlineData("toolsets: { mine: [a] }", "tools.yaml:3:20: Toolset 'mine' names the tool 'a', which is not declared. There is none.")]
    [InlineData(
        "tools: { a: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1 }, a: { kind: http } }",
        "tools.yaml:3:84: Tool 'a' is declared twice, first at tools.yaml:3:10. Fix: rename or delete one.")]
    [InlineData("tools: { a: *b }", "tools.yaml:3:13: This is not YAML: There is no anchor '&b' before this alias.")]
    public async Task A_wrong_declaration_is_named_with_its_place_and_what_is_known(string yaml, params string[] problems) =>
        AssertProblems(problems, await DeclaredGateway.ProblemsOfAsync(Source + yaml));

    [Theory]
    [InlineData("{ type: string, description: d }", "Parameter 1 of Tool 'a' has no 'name'. Fix: add it.")]
    [InlineData("{ name: p, description: d }", "Parameter 'p' of Tool 'a' has no 'type'. Fix: add it.")]
    [InlineData("{ name: p, type: string }", "Parameter 'p' of Tool 'a' has no 'description'. Fix: add it.")]
    [InlineData("{ name: p, type: text, description: d }", "Parameter 'p' of Tool 'a' has the unknown type 'text'. Known: array, boolean, float, integer, map, string.")]
    [InlineData("{ name: p, type: string, description: d, minValue: 1 }", "Parameter 'p' of Tool 'a' is of type string, which has no 'minValue'. Fix: leave it out.")]
    [InlineData("{ name: p, type: array, description: d }", "Parameter 'p' of Tool 'a' is an array and has no 'items'. Fix: say what its items are, for example { type: string }.")]
    [InlineData("{ name: p, type: array, description: d, items: { type: map, valueType: text } }", "Field 'valueType' of the items of Parameter 'p' of Tool 'a' is 'text'. Known: boolean, float, integer, string.")]
    [InlineData("{ name: p, type: integer, description: d, default: x }", "The default of Parameter 'p' of Tool 'a' is 'x'. Allowed: a whole number.")]
    [InlineData("{ name: p, type: integer, description: d, default: 9, maxValue: 5 }", "The default of Parameter 'p' of Tool 'a' is '9'. Allowed: a whole number of at most 5.")]
    [InlineData("{ name: p, type: string, description: d, default: x, allowedValues: [a, b] }", "The default of Parameter 'p' of Tool 'a' is 'x'. Allowed: a string, one of \"a\", \"b\".")]
    [InlineData("{ name: p, type: string, description: d, required: maybe }", "Field 'required' of parameter 'p' of Tool 'a' is 'maybe'. Allowed: true or false.")]
    [InlineData("{ name: p, type: string, description: d, authServices: [{ name: me, field: sub }] }", "Tool 'a' names the auth service 'me', which is not declared. There is none.")]
    [InlineData("{ name: p, type: string, description: d, escape: double-quotes }", "Parameter 'p' of Tool 'a' has an escape, and is bound, which needs none. Fix: leave 'escape' out, or make it a template parameter.")]
    public async Task A_wrong_parameter_is_named_with_what_is_allowed(string parameter, string problem)
    {
        var problems = await DeclaredGateway.ProblemsOfAsync(
            $"{Source}tools:\n  a: {{ kind: sqlite-sql, source: db, description: d, statement: 'SELECT ?', parameters: [{parameter}] }}");

        AssertProblems([$"tools.yaml:4:*: {problem}"], problems);
    }

    [Theory]
    [InlineData("SELECT ?, ?", "The statement of Tool 'a' takes 2 parameters, and the tool has 1 parameter. Fix: let them be as many.")]
    [InlineData("SELECT 1", "The statement of Tool 'a' takes 0 parameters, and the tool has 1 parameter. Fix: let them be as many.")]
    [InlineData("SELECT ?; SELECT 2", "Tool 'a' has several statements. Allowed: one.")]
    [InlineData("SELECT ? FROM {{.tabel}}", "The statement of Tool 'a' has '{{.tabel}}'. Did you mean 'table'? Known: columns, table.")]
    [InlineData("SELECT ? {{if .table}}x{{end}}", "The statement of Tool 'a' has '{{if .table}}'. Allowed: {{.name}} and {{array .name}} with the name of a template parameter.",
        "The statement of Tool 'a' has '{{end}}'. Allowed: {{.name}} and {{array .name}} with the name of a template parameter.")]
    [InlineData("SELECT ?, {{.columns}}", "The statement of Tool 'a' has '{{.columns}}', and the parameter is an array. Fix: write {{array .columns}}.")]
    [InlineData("SELECT ?, {{array .table}}", "The statement of Tool 'a' has '{{array .table}}', and the parameter is no array. Fix: write {{.table}}.")]
    [InlineData("SELECT ? FROM \"{{.table}}\"", "Parameter 'table' of Tool 'a' has the escape 'double-quotes', and the statement has quotes around it already. Fix: leave one of them out.")]
    public async Task A_wrong_statement_is_named_with_what_is_wrong(string statement, params string[] expected)
    {
        var problems = await DeclaredGateway.ProblemsOfAsync($$$"""
            {{{Source}}}tools:
              a:
                kind: sqlite-sql
                source: db
                description: d
                statement: |-
                  {{{statement}}}
                parameters: [{ name: p, type: string, description: d }]
                templateParameters:
                  - { name: table, type: string, description: d, escape: double-quotes }
                  - { name: columns, type: array, description: d, items: { type: string } }
            """);

        AssertProblems([.. expected.Select(problem => $"tools.yaml:*: {problem}")], problems);
    }

    [Fact]
    public async Task All_problems_of_all_kinds_come_at_once()
    {
        var problems = await DeclaredGateway.ProblemsOfAsync("""
            kind: source
            name: db
            type: postgres
            host: ${HOST}
            port: high
            usr: me
            ---
            kind: tool
            name: a
            type: postgres-sql
            source: db
            statement: SELECT 1
            ---
            kind: thing
            name: x
            ---
            kind: toolset
            name: mine
            tools: [a, b]
            """);

        AssertProblems(
            [
                "tools.yaml:1:1: Source 'db' has no 'database'. Fix: add it.",
                "tools.yaml:1:1: Source 'db' has no 'user'. Fix: add it.",
                "tools.yaml:4:7: The environment variable 'HOST' is not set. Fix: set it, or write ${HOST:default}.",
                "tools.yaml:5:7: Field 'port' of source 'db' is 'high'. Allowed: a whole number.",
                "tools.yaml:6:1: Source 'db' has the unknown field 'usr'. Did you mean 'user'? Known: *",
                "tools.yaml:8:1: Tool 'a' has no 'description'. Fix: add it.",
                "tools.yaml:14:7: The kind 'thing' is unknown. Known: authService, group, source, tool, toolset.",
                "tools.yaml:19:12: Toolset 'mine' names the tool 'b', which is not declared. Known: a.",
            ],
            problems);
    }

    [Theory]
    [InlineData("${NAME}", "The environment variable 'NAME' is not set. Fix: set it, or write ${NAME:default}.")]
    [InlineData("${NAME:?is needed}", "The environment variable 'NAME' is not set: is needed. Fix: set it.")]
    [InlineData("${EMPTY:?}", "The environment variable 'EMPTY' is not set. Fix: set it.")]
    public async Task A_variable_that_is_not_set_is_named_with_its_place(string text, string problem)
    {
        var problems = await DeclaredGateway.ProblemsOfAsync(
            $"# ${{COMMENT}} is none\nsources:\n  s: {{ kind: sqlite, database: '{text}x' }}", ("EMPTY", ""));

        AssertProblems([$"tools.yaml:3:33: {problem}"], problems);
    }

    /// <summary>A star stands for anything.</summary>
    private static void AssertProblems(string[] expected, IReadOnlyList<string> problems)
    {
        Assert.True(
            expected.Length == problems.Count && expected.Order(StringComparer.Ordinal).Zip(problems.Order(StringComparer.Ordinal)).All(pair => Fits(pair.First, pair.Second)),
            $"Expected:\n{string.Join('\n', expected)}\nCame:\n{string.Join('\n', problems)}");

        static bool Fits(string pattern, string text) =>
            System.Text.RegularExpressions.Regex.IsMatch(text, $"^{System.Text.RegularExpressions.Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$");
    }
}
