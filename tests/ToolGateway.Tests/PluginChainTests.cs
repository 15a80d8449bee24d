using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Plugins;

namespace Runtime.ToolGateway.Tests;

/// <summary>The order, short-circuits and failures of plugins are those of ADK.</summary>
public sealed class PluginChainTests
{
    private readonly List<string> _seen = [];

    [Fact]
    public async Task Plugins_run_in_order_before_and_after_the_tool()
    {
        var result = await CallAsync("echo", new Recorder("a", _seen), new Recorder("b", _seen));

        Assert.Equal(["a before", "b before", "a after", "b after"], _seen);
        Assert.Equal("hello", (string?)result.ToJson()["results"]);
    }

    [Fact]
    public async Task The_first_answer_ends_its_hook_and_skips_the_tool_but_not_the_hooks_after_it()
    {
        var result = await CallAsync("fail", new Recorder("a", _seen) { Before = Answer("mine") }, new Recorder("b", _seen) { After = Answer("changed") });

        Assert.Equal(["a before", "a after", "b after"], _seen);
        Assert.Equal("changed", (string?)result.ToJson()["results"]);
    }

    [Fact]
    public async Task A_failure_goes_to_the_error_hook_and_an_answer_replaces_it()
    {
        var result = await CallAsync("fail", new Recorder("a", _seen), new Recorder("b", _seen) { OnError = Answer("handled") });

        Assert.Equal(["a before", "b before", "a error", "b error", "a after", "b after"], _seen);
        Assert.Equal("handled", (string?)result.ToJson()["results"]);
    }

    [Fact]
    public async Task A_failure_that_nobody_handles_comes_out() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync("fail", new Recorder("a", _seen)));

    [Fact]
    public async Task An_exception_in_a_plugin_names_the_plugin_and_the_hook()
    {
        var error = await Assert.ThrowsAsync<PluginException>(() => CallAsync("echo", new Thrower()));

        Assert.Equal("Error in plugin 'thrower' during 'before_tool' callback: broken", error.Message);
        Assert.IsType<FormatException>(error.InnerException);
    }

    [Fact]
    public async Task A_call_past_its_deadline_goes_to_the_error_hook_and_an_answer_replaces_it()
    {
        var result = await CallAsync("wait", new Recorder("a", _seen) { OnError = Answer("handled") });

        Assert.Equal(["a before", "a error", "a after"], _seen);
        Assert.Equal("handled", (string?)result.ToJson()["results"]);
    }

    [Fact]
    public void Two_plugins_of_one_name_are_refused() => Assert.Contains(
        "Plugin with name 'a' already registered.",
        Assert.Throws<SettingException>(() => new PluginFixture(new Recorder("a", _seen), new Recorder("a", _seen))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_plugin_that_is_switched_off_takes_no_part()
    {
        await CallAsync("echo", new Recorder("a", _seen) { IsEnabled = false });

        Assert.Empty(_seen);
    }

    [Fact]
    public async Task Arguments_that_do_not_fit_reach_the_plugins_as_a_result_only()
    {
        using var fixture = new PluginFixture(new Recorder("a", _seen));

        var result = await fixture.CallAsync("echo", """{"text":1}""");

        Assert.Equal("INVALID_ARGUMENT", result.ErrorCode);
        Assert.Equal(["a after"], _seen);
    }

    [Fact]
    public async Task Every_plugin_is_closed_and_the_failures_are_told_together()
    {
        var log = new ListLogger<PluginChain>();
        IHostedService chain = new PluginChain([new Thrower(), new Recorder("a", _seen)], log, TimeProvider.System);

        await chain.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["a close"], _seen);
        Assert.Equal((LogLevel.Warning, "Failed to close plugins: 'thrower': InvalidCastException."), Assert.Single(log.Entries));
    }

    private static ToolResult Answer(string text) => ToolResult.Success(("results", text));

    private static async Task<ToolResult> CallAsync(string name, params IToolPlugin[] plugins)
    {
        using var fixture = new PluginFixture(plugins);
        return await fixture.CallAsync(name, name is "echo" ? """{"text":"hello"}""" : "{}");
    }

    private sealed class Recorder(string name, List<string> seen) : IToolPlugin
    {
        public string Name => name;

        public bool IsEnabled { get; init; } = true;

        public ToolResult? Before { get; init; }

        public ToolResult? After { get; init; }

        public ToolResult? OnError { get; init; }

        public ValueTask<ToolResult?> BeforeAsync(ToolCall call, CancellationToken cancellationToken) => Saw("before", Before);

        public ValueTask<ToolResult?> AfterAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken) => Saw("after", After);

        public ValueTask<ToolResult?> OnErrorAsync(ToolCall call, Exception error, CancellationToken cancellationToken) => Saw("error", OnError);

        public ValueTask CloseAsync(CancellationToken cancellationToken)
        {
            seen.Add($"{name} close");
            return default;
        }

        private ValueTask<ToolResult?> Saw(string hook, ToolResult? answer)
        {
            seen.Add($"{name} {hook}");
            return new(answer);
        }
    }

    private sealed class Thrower : IToolPlugin
    {
        public string Name => "thrower";

        public ValueTask<ToolResult?> BeforeAsync(ToolCall call, CancellationToken cancellationToken) => throw new FormatException("broken");

        public ValueTask CloseAsync(CancellationToken cancellationToken) => throw new InvalidCastException("stuck");
    }
}
