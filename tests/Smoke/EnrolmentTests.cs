using System.Reflection;
using Runtime.Bootstrap.Catalogue;
using Runtime.Smoke.Sessions;
using Runtime.Storage;

namespace Runtime.Smoke;

/// <summary>No integration and no dialect is forgotten, and every suite is one that a run can choose and report.</summary>
public sealed class EnrolmentTests
{
    /// <summary>Integrations of the catalogue without a suite, each with the reason.</summary>
    private static readonly Dictionary<string, string> Waiting = new()
    {
        ["bigquery"] = "no service calls it yet",
        ["discovery-engine"] = "no service calls it yet",
        ["memory-bank"] = "no service calls it yet",
        ["vertex-sessions"] = "no service calls it yet",
        ["openapi"] = "no service calls it yet",
        ["toolbox-and-mcp"] = "no service calls it yet",
    };

    private static IEnumerable<Type> Suites => typeof(EnrolmentTests).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(SmokeSuite)) && !type.IsAbstract);

    private static HashSet<string> Keys => [.. Suites.Select(suite => suite.GetCustomAttribute<IntegrationAttribute>()!.Key)];

    [Fact]
    public void Every_integration_has_a_suite_or_the_reason_why_not()
    {
        var integrations = IntegrationCatalogue.BuiltIn.All.Select(integration => integration.Key).ToArray();

        var forgotten = integrations.Except(Keys).Except(Waiting.Keys).ToArray();
        Assert.True(forgotten.Length == 0, $"No suite proves {string.Join(", ", forgotten)}. Fix: add a class to tests/Smoke, or a reason to this test.");
        Assert.Empty(Waiting.Keys.Except(integrations));
        Assert.Empty(Waiting.Keys.Intersect(Keys));
    }

    [Fact]
    public void Every_integration_with_a_suite_is_a_row_of_the_page()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "smoke.md"));

        Assert.All(Keys, key => Assert.Contains($"\n| `{key}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_suite_names_its_integration_and_every_test_its_modes() => Assert.All(Suites, suite =>
    {
        Assert.EndsWith("Smoke", suite.Name, StringComparison.Ordinal);
        Assert.NotNull(suite.GetCustomAttribute<IntegrationAttribute>());
        var tests = suite.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null).ToArray();
        Assert.NotEmpty(tests);
        Assert.All(tests, test => Assert.NotEmpty(test.GetCustomAttribute<RunsInAttribute>()?.Modes ?? []));
    });

    [Fact]
    public void Every_dialect_has_a_session_service() => Assert.Empty(
        StorageDialects.BuiltIn.All.Select(dialect => dialect.Name).Except(SessionServices.Dialects));
}
