using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Toolsets;

namespace Runtime.ToolGateway.Tests;

public sealed class OfferedToolsetsTests
{
    [Fact]
    public void All_are_offered_unless_some_are_named() => Assert.Single(Offer().All);

    [Fact]
    public void Only_those_that_are_named_are_offered() => Assert.Single(Offer("fake").All);

    [Fact]
    public void None_leaves_all_out() => Assert.Empty(Offer("none").All);

    [Fact]
    public void An_unknown_name_stops_the_start_with_the_known_ones()
    {
        var error = Assert.Throws<SettingException>(() => Offer("fake", "fakes"));

        Assert.Equal("There is no toolset 'fakes'. Setting: Tools:Toolsets. Fix: Use fake, or none.", error.Message);
    }

    private static OfferedToolsets Offer(params string[] names)
    {
        var options = new ToolsetOptions();
        foreach (var name in names)
        {
            options.Toolsets.Add(name);
        }

        return new([new FakeToolset()], Options.Create(options));
    }
}
