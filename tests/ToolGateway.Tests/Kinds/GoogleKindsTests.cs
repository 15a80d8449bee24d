using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Spanner;
using Runtime.ToolGateway.ToolFile;
using Runtime.ToolGateway.Toolsets;

namespace Runtime.ToolGateway.Tests.Kinds;

/// <summary>What is wrong with tools on Spanner and Bigtable is found before the first call.</summary>
public sealed class GoogleKindsTests
{
    private const string Sources = """
        sources:
          db: { kind: spanner, project: p, instance: i, database: d }
          bt: { kind: bigtable, project: p, instance: i }
        tools:

        """;

    [Theory]
    [InlineData("kind: spanner-sql, source: db, statement: SELECT @nam", "The statement of Tool 't' has '@nam', which is no parameter of the tool. Did you mean 'name'?")]
    [InlineData("kind: spanner-sql, source: db, statement: SELECT 1; SELECT 2", "several statements")]
    [InlineData("kind: spanner-sql, source: db, statement: SELECT 1, readOnly: true, annotations: { readOnlyHint: false }", "says 'readOnly: true', and the opposite in 'annotations.readOnlyHint'")]
    [InlineData("kind: spanner-sql, source: bt, statement: SELECT 1", "which it cannot use")]
    [InlineData("kind: bigtable-sql, source: bt, statement: SELECT @map, parameters: [{ name: map, type: map, description: d }]", "Parameter 'map' of Tool 't' is a map")]
    public void A_wrong_tool_is_named(string fields, string words)
    {
        var parameters = fields.Contains("parameters:", StringComparison.Ordinal) ? "" : ", parameters: [{ name: name, type: string, description: d }]";

        Assert.Contains(words, Assert.Single(ProblemsOf($$"""{{Sources}}  t: { description: d, {{fields}}{{parameters}} }""")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: spanner, project: p, instance: i", "Source 's' has no 'database'. Fix: add it.")]
    [InlineData("kind: spanner, project: p, instance: i, database: d, dialect: oracle", "Known: googlesql, postgresql.")]
    [InlineData("kind: spanner, project: p, instance: i, database: d, useClientOAuth: true", "useClientOAuth")]
    [InlineData("kind: bigtable, project: p", "Source 's' has no 'instance'. Fix: add it.")]
    public void A_wrong_source_is_named(string fields, string words) =>
        Assert.Contains(words, Assert.Single(ProblemsOf($$"""sources: { s: { {{fields}} } }""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT SAFE_CAST(n AS STRING) FROM items", true)]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x", true)]
    [InlineData("FROM items |> WHERE n > 1", true)]
    [InlineData("SELECT * FROM items FOR UPDATE", false)]
    [InlineData("SELECT GET_NEXT_SEQUENCE_VALUE(SEQUENCE s)", false)]
    [InlineData("UPDATE items SET n = 1 WHERE TRUE", false)]
    [InlineData("SELECT 1; DELETE FROM items WHERE TRUE", false)]
    [InlineData("SELECT 'not ended", false)]
    public void What_only_reads_on_Spanner_is_told_from_the_rest(string sql, bool reads)
    {
        var source = new SpannerSource("db", "projects/p/instances/i/databases/d", SqlDialect.GoogleSql, readOnly: false, client: null!);

        Assert.Equal(reads, source.EffectsOf(source.Dialect.Tokens(sql)).ReadOnly);
        Assert.True(source.ReadOnly.EffectsOf(source.Dialect.Tokens(sql)).ReadOnly);
    }

    private static IReadOnlyList<string> ProblemsOf(string yaml)
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging()
            .AddSingleton<OfferedToolsets>()
            .AddSingleton<IToolset, FakeToolset>()
            .AddCredentials()
            .AddKinds()
            .AddSingleton<ToolFileLoader>()
            .BuildServiceProvider();
        return Assert.Throws<ToolFileException>(() => services.GetRequiredService<ToolFileLoader>().Load([new("tools.yaml", yaml)], LoadedTools.None)).Problems;
    }
}
