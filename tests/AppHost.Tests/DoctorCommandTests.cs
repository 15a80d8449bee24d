using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Runtime.AppHost.Commands;
using Runtime.AppHost.Resources;
using Runtime.Testing;

namespace Runtime.AppHost.Tests;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly string _state = StateFolder.Create();

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task The_sample_environment_is_written_where_it_is_asked_for()
    {
        var file = Path.Combine(_state, "sample.env");

        var (code, _, _) = await RunAsync("--fix-env", file);

        Assert.Equal(0, code);
        Assert.Contains("GOOGLE_CLOUD_PROJECT=runtime-local\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'spaner'", "--only", "spaner")]
    [InlineData("doctor --help", "--sideways")]
    [InlineData("seconds from 0.1 to 600", "--timeout", "0")]
    public async Task A_command_line_that_cannot_work_asks_nothing(string said, params string[] args)
    {
        var (code, output, error) = await RunAsync(args);

        Assert.Equal(DoctorCommand.WrongUsage, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task What_the_running_stack_gave_its_services_is_examined()
    {
        using var stack = RunStack("BIGQUERY_EMULATOR_HOST=127.0.0.1:1\nGOOGLE_CLOUD_PROJECT=of-the-stack\n");

        var (code, output, _) = await RunAsync("--json", "--only", "bigquery");

        Assert.Equal(DoctorCommand.DoesNotWork, code);
        var finding = JsonDocument.Parse(output).RootElement.GetProperty("integrations")[0];
        Assert.Equal(("UNREACHABLE", "of-the-stack"), (finding.GetProperty("state").GetString(), finding.GetProperty("project").GetString()));
        var emulator = finding.GetProperty("settings").EnumerateArray().Single(setting => setting.GetProperty("name").GetString() == "BIGQUERY_EMULATOR_HOST");
        Assert.Equal("running stack", emulator.GetProperty("source").GetString());
    }

    [Fact]
    public async Task People_get_a_table_and_the_steps()
    {
        using var stack = RunStack("BIGQUERY_EMULATOR_HOST=127.0.0.1:1\nGOOGLE_CLOUD_PROJECT=of-the-stack\n");

        var (_, output, _) = await RunAsync("--only", "bigquery");

        Assert.Matches(@"BigQuery\s+unreachable\s+of-the-stack", output);
        Assert.Contains("  Fix: docker run --rm -p 127.0.0.1:1:9050 ", output, StringComparison.Ordinal);
        Assert.EndsWith($"Does not work: BigQuery.{Environment.NewLine}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_AppHost_left_behind_is_not_read()
    {
        RunStack("SPANNER_EMULATOR_HOST=127.0.0.1:1\n").Dispose();

        Assert.Null(new ConfigurationBuilder().Add(new StackEnvironment(_state)).Build()["SPANNER_EMULATOR_HOST"]);
    }

    /// <summary>Leaves in the state directory what a running AppHost has there, until the result is disposed.</summary>
    private FileStream RunStack(string record)
    {
        File.WriteAllText(StackRecord.FileIn(_state), record);
        return new FileStream(Path.Combine(_state, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        var code = await DoctorCommand.RunAsync([.. args, "--StateDirectory", _state], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
