using Microsoft.Extensions.Configuration;
using Runtime.AppHost.Resources;

namespace Runtime.AppHost.Tests;

public sealed class SupplyTests
{
    [Theory]
    [InlineData("sideways")]
    [InlineData("1")]
    [InlineData("-1")]
    public void A_mode_that_does_not_exist_is_named_with_the_ones_that_do(string mode)
    {
        var error = Assert.Throws<SettingException>(() => Choose(mode, program: "/bin/emulator"));

        Assert.Contains($"'{mode}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Setting: Backing__Spanner", error.Message, StringComparison.Ordinal);
        Assert.Contains("auto, container, process, live or none", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_asked_for_and_absent_ends_in_how_to_install_it()
    {
        var error = Assert.Throws<SettingException>(() => Choose("process", program: null));

        Assert.EndsWith("Fix: install it", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("container", SupplyMode.Container)]
    [InlineData("Process", SupplyMode.Process)]
    [InlineData("live", SupplyMode.Live)]
    [InlineData("none", SupplyMode.None)]
    public void A_mode_that_is_named_is_taken(string mode, SupplyMode expected) =>
        Assert.Equal(expected, Choose(mode, program: "/bin/emulator").Mode);

    [Fact]
    public void A_misspelt_product_is_named_with_the_ones_that_exist()
    {
        var configuration = new ConfigurationManager { ["Backing:Spaner"] = "none" };

        var error = Assert.Throws<SettingException>(() => Supply.Choose(configuration, "Spanner", "example/image:1", null, "install it"));

        Assert.Equal("There is no product 'Spaner' to supply. Setting: Backing__Spaner. Fix: use one of Postgres, PubSub, Spanner, Bigtable", error.Message);
    }

    private static Supply Choose(string mode, string? program)
    {
        var configuration = new ConfigurationManager { ["Backing:Spanner"] = mode };
        return Supply.Choose(configuration, "Spanner", "example/image:1", program, "install it");
    }
}
