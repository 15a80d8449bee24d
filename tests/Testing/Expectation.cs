using Xunit;

namespace Runtime.Testing;

/// <summary>The one way a test skips: with a reason that ends in a step, and not at all where CI promised the thing.</summary>
public static class Expectation
{
    /// <summary>Names of the products that must be there, separated by commas.</summary>
    public const string Variable = "RUNTIME_TEST_EXPECTS";

    /// <summary>Skips the running test when <paramref name="present"/> is false, or fails it when <paramref name="product"/> is promised.</summary>
    public static void SkipUnless(string product, bool present, string reason)
    {
        var promised = (Environment.GetEnvironmentVariable(Variable) ?? "").Split(',', StringSplitOptions.TrimEntries);
        Assert.False(!present && promised.Contains(product, StringComparer.Ordinal), $"{Variable} promises '{product}'. {reason}");
        Assert.SkipUnless(present, reason);
    }
}
