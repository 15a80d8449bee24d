namespace Runtime.AppHost.FunctionalTests;

/// <summary>The command <c>smoke</c> as a person runs it, seen from outside.</summary>
public sealed class SmokeCommandStory : IDisposable
{
    private readonly string _state = StateFolder.Create();

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task An_integration_without_a_suite_is_answered_with_those_that_have_one()
    {
        await using var smoke = AppHostProcess.Start(_state, "smoke", "--no-build", "--only", "sideways");

        Assert.Equal(2, await smoke.WaitForExitAsync());
        Assert.Matches(@"No suite proves 'sideways'\. Setting: --only\. Fix: use one of bigtable, .*spanner", smoke.Output);
    }

    [Fact]
    public async Task After_SIGKILL_of_a_run_nothing_is_left()
    {
        await BackingProduct.Bigtable.AddressOrSkipAsync(TestContext.Current.CancellationToken);
        await using var smoke = AppHostProcess.Start(_state, "smoke", "--no-build", "--only", "bigtable");
        await smoke.WaitForOutputAsync("one is started for this run");
        var folder = await Eventually.GetAsync(() => Folders().FirstOrDefault(), "the folder of the run");
        var emulators = await Eventually.GetAsync(() => Processes.WithEnvironment($"TMPDIR={folder}", "cbtemulator") is { Count: > 0 } found ? found : null, "an emulator");

        smoke.Kill();

        await Eventually.GetAsync(() => Folders().Length == 0 ? "" : null, "the end of the folder");
        await Eventually.GetAsync(() => emulators.Any(Processes.IsAlive) ? null : "", "the end of the emulator");
    }

    private string[] Folders() => Directory.GetDirectories(_state, "runtime-smoke-*");
}
