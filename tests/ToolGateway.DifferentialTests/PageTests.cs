namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>docs/toolbox.md tells users of MCP Toolbox what to expect.</summary>
public sealed class PageTests
{
    [Fact]
    public void Every_difference_that_is_tested_is_a_row_and_every_row_is_tested()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "toolbox.md"))
            .SkipWhile(line => !line.StartsWith("| Difference ", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|')[0].Trim());

        Assert.Equal(Differences.Subjects.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }
}
