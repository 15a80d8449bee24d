using System.Diagnostics;
using System.Text.Json;
using Runtime.Testing;

namespace Runtime.Docs.Tests;

/// <summary>The program that counts findings, on a repository of one project.</summary>
public sealed class FindingsTests : IDisposable
{
    private readonly DirectoryInfo _repository = Directory.CreateTempSubdirectory("findings-tests-");

    public FindingsTests()
    {
        Write("Runtime.Aspire.sln", """Project("{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}") = "Tea", "Shop\Tea.csproj", "{1}" """);
        Write(".ci/findings.txt", "# rule, how many, file\nCA0001     2  Shop/Tea.cs\nCA0002     1  Shop/Cup.cs\n");
    }

    [Fact]
    public async Task The_budget_goes_down_and_never_up()
    {
        Build(("CA0001", "Shop/Tea.cs", 1), ("CA0001", "Shop/Tea.cs", 2), ("CA0001", "Shop/Pot.cs", 7), ("CA0002", "Shop/Cup.cs", 1));
        var (code, said) = await RunAsync("--update");
        Assert.Equal(1, code);
        Assert.Contains("CA0001 in Shop/Pot.cs: 1, of which 1 new\n    Shop/Pot.cs(7): do better", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Tea.cs", said, StringComparison.Ordinal);
        Assert.Contains("CA0001     2  Shop/Tea.cs", Budget(), StringComparison.Ordinal);

        Build(("CA0001", "Shop/Tea.cs", 1), ("CA0001", "Shop/Pot.cs", 7), ("CA0002", "Shop/Cup.cs", 1));
        Assert.Equal(0, (await RunAsync()).Code);

        Build(("CA0001", "Shop/Tea.cs", 1));
        (code, said) = await RunAsync();
        Assert.Equal(0, code);
        Assert.Contains("Lower it: dotnet run .ci/Findings.cs -- --update", said, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("--update")).Code);
        Assert.Equal("# rule, how many, file\nCA0001       1  Shop/Tea.cs\n", Budget());
    }

    [Fact]
    public async Task A_project_that_was_not_built_is_not_one_without_findings()
    {
        var (code, said) = await RunAsync();

        Assert.Equal(2, code);
        Assert.Contains("The build left no artifacts/obj/Tea/findings.sarif. Fix: dotnet build --no-incremental", said, StringComparison.Ordinal);
    }

    public void Dispose() => _repository.Delete(recursive: true);

    /// <summary>Leaves what a build leaves: notes, and what is not counted beside them.</summary>
    private void Build(params (string Rule, string File, int Line)[] notes)
    {
        object Result(string rule, string level, string file, int line, object[]? suppressions) => new
        {
            ruleId = rule,
            level,
            message = new { text = "do better" },
            suppressions,
            locations = new[]
            {
                new
                {
                    physicalLocation = new
                    {
                        artifactLocation = new { uri = new Uri(Path.Combine(_repository.FullName, file)).AbsoluteUri },
                        region = new { startLine = line, startColumn = 1 },
                    },
                },
            },
        };
        object[] results =
        [
            .. notes.Select(note => Result(note.Rule, "note", note.File, note.Line, null)),
            Result("CA0003", "warning", "Shop/Tea.cs", 3, null),
            Result("CA0004", "note", "Shop/Tea.cs", 4, [new { kind = "inSource" }]),
            Result("CA0005", "note", "artifacts/obj/Tea/Generated.cs", 5, null),
        ];
        Write("artifacts/obj/Tea/findings.sarif", JsonSerializer.Serialize(new { runs = new[] { new { results } } }, Compact));
    }

    private static readonly JsonSerializerOptions Compact = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private string Budget() => File.ReadAllText(Path.Combine(_repository.FullName, ".ci", "findings.txt")).ReplaceLineEndings("\n");

    private void Write(string path, string text)
    {
        var file = Path.Combine(_repository.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["run", Path.Combine(Repository.Root, ".ci", "Findings.cs"), "--", .. arguments])
        {
            WorkingDirectory = _repository.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var program = Process.Start(start)!;
        var said = program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complaints = program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestTimeouts.Start, TestContext.Current.CancellationToken);
        return (program.ExitCode, (await said + await complaints).ReplaceLineEndings("\n"));
    }
}
