namespace Runtime.AppHost.FunctionalTests;

/// <summary>What the AppHost says and leaves behind when things go wrong, seen from outside.</summary>
public sealed class AppHostFaults : IDisposable
{
    private const string OnlyBigtable = "--Backing:Postgres=none --Backing:PubSub=none --Backing:Spanner=none --Backing:Bigtable=process";
    private readonly string _state = StateFolder.Create();

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task After_SIGKILL_of_the_AppHost_nothing_is_left()
    {
        await BackingProduct.Bigtable.AddressOrSkipAsync(TestContext.Current.CancellationToken);
        await using var host = AppHostProcess.Start(_state, OnlyBigtable.Split(' '));
        await host.WaitForOutputAsync("Cloud Bigtable emulator running on 127.0.0.1:");
        var address = host.Output.Split("emulator running on ")[1].Split('\n')[0].Trim();
        Assert.NotEmpty(Processes.WithArgument(address));

        host.Kill();

        await Eventually.GetAsync(() => Processes.WithArgument(address).Count == 0 ? "" : null, "the end of the emulator");
        await Eventually.GetAsync(() => Processes.WithArgument("runtime-build-").Count == 0 ? "" : null, "the end of the build");
        await Eventually.GetAsync(() => BuildFiles().Length == 0 ? "" : null, "the end of the build's files");
    }

    [Fact]
    public async Task A_stop_while_the_projects_are_built_leaves_no_file_and_no_summary_of_what_was_stopped()
    {
        await using var host = AppHostProcess.Start(_state, OnlyBigtable.Replace("process", "none", StringComparison.Ordinal).Split(' '));
        await host.WaitForOutputAsync("building");
        await Eventually.GetAsync(() => BuildFiles().Length > 0 ? "" : null, "a build");

        await host.SignalAsync("TERM");

        Assert.Equal(0, await host.WaitForExitAsync());
        Assert.Empty(BuildFiles());
        Assert.DoesNotContain("resources are healthy", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_AppHost_on_the_same_data_is_refused_in_words_and_the_first_goes_on()
    {
        await using var first = AppHostProcess.Start(_state, OnlyBigtable.Replace("process", "none", StringComparison.Ordinal).Split(' '));
        await first.WaitForOutputAsync("not available");

        await using var second = AppHostProcess.Start(_state, OnlyBigtable.Split(' '));

        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains("Another AppHost uses", second.Output, StringComparison.Ordinal);
        Assert.Contains("Fix: stop it, or give this one its own folder", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);

        await first.SignalAsync("INT");
        Assert.Equal(0, await first.WaitForExitAsync());
    }

    [Fact]
    public async Task A_mode_that_does_not_exist_ends_the_start_in_words()
    {
        await using var host = AppHostProcess.Start(_state, "--Backing:Spanner=sideways");

        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Equal("'sideways' is no way to supply Spanner. Setting: Backing__Spanner. Fix: use auto, container, process, live or none", host.Output.Trim());
    }

    [Fact]
    public async Task An_argument_that_cannot_work_ends_the_start_in_words()
    {
        await using var host = AppHostProcess.Start(_state, "--publisher", "kubernetes");

        Assert.Equal(1, await host.WaitForExitAsync());
        Assert.Contains("Publisher 'kubernetes'", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    private string[] BuildFiles() => Directory.GetFiles(_state, "runtime-build-*");

    [Fact]
    public async Task Help_is_given_and_a_command_that_does_not_exist_is_refused()
    {
        await using var help = AppHostProcess.Start(_state, "--help");
        Assert.Equal(0, await help.WaitForExitAsync());
        Assert.Contains("--Backing:<Product> MODE", help.Output, StringComparison.Ordinal);

        await using var unknown = AppHostProcess.Start(_state, "sideways");
        Assert.Equal(1, await unknown.WaitForExitAsync());
        Assert.Equal("There is no command 'sideways'. Fix: dotnet run --project AppHost -- --help", unknown.Output.Trim());
    }
}
