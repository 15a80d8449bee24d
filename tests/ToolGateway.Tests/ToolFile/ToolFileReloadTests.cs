using Microsoft.Extensions.Logging;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.ToolGateway.Tests.ToolFile;

public sealed class ToolFileReloadTests
{
    private const string Source = "sources: { db: { kind: sqlite, database: ':memory:' } }\n";

    [Fact]
    public async Task A_file_that_is_replaced_or_linked_elsewhere_is_loaded_again()
    {
        await using var gateway = new DeclaredGateway(File("one"));
        await gateway.WatchAsync();

        // As editors do.
        await System.IO.File.WriteAllTextAsync($"{gateway.Path}.new", File("two"), TestContext.Current.CancellationToken);
        System.IO.File.Move($"{gateway.Path}.new", gateway.Path, overwrite: true);
        await OfferedAsync(gateway, "two");
        Assert.Null(gateway.Catalogue.Current.Find("one"));

        // As Kubernetes does.
        System.IO.File.Delete(gateway.Path);
        await System.IO.File.WriteAllTextAsync($"{gateway.Path}.three", File("three"), TestContext.Current.CancellationToken);
        System.IO.File.CreateSymbolicLink(gateway.Path, $"{gateway.Path}.three");
        await OfferedAsync(gateway, "three");
    }

    [Fact]
    public async Task A_wrong_file_leaves_the_tools_as_they_were_and_is_logged_once()
    {
        await using var gateway = new DeclaredGateway(File("one"));
        await gateway.WatchAsync();

        await System.IO.File.WriteAllTextAsync(gateway.Path, File("two").Replace("sqlite-sql", "sqlite-sequel", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var warning = await Eventually.GetAsync(() => Warnings(gateway).FirstOrDefault(), "a warning");

        Assert.Contains("tools.yaml:2:23: Tool 'two' is of the unknown kind 'sqlite-sequel'. Did you mean 'sqlite-sql'?", warning, StringComparison.Ordinal);
        Assert.Equal("""[{"n":1}]""", await gateway.RowsAsync("one"));

        await System.IO.File.WriteAllTextAsync(gateway.Path, File("three"), TestContext.Current.CancellationToken);
        await OfferedAsync(gateway, "three");
        Assert.Single(Warnings(gateway));
    }

    [Fact]
    public async Task A_source_that_did_not_change_keeps_what_it_holds()
    {
        await using var gateway = new DeclaredGateway($$"""
            {{Source}}tools:
              make: { kind: sqlite-sql, source: db, description: d, statement: CREATE TABLE t (n) }
            """);
        await gateway.WatchAsync();
        await gateway.RowsAsync("make");

        // The database is in memory: it is there as long as the source is open.
        await System.IO.File.WriteAllTextAsync(gateway.Path, $$"""
            {{Source}}tools:
              size: { kind: sqlite-sql, source: db, description: d, statement: SELECT count(*) AS n FROM t }
            """, TestContext.Current.CancellationToken);
        await OfferedAsync(gateway, "size");

        Assert.Equal("""[{"n":0}]""", await gateway.RowsAsync("size"));
    }

    [Fact]
    public async Task A_folder_is_all_its_files_and_one_that_comes_is_loaded()
    {
        var folder = Directory.CreateTempSubdirectory("tools-").FullName;
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "sources.yml"), Source, TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "one.yaml"), File("one").Replace(Source, "", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "notes.txt"), "no: yaml: at all", TestContext.Current.CancellationToken);
        await using (var gateway = new DeclaredGateway("", ("Tools:File", folder)))
        {
            await gateway.WatchAsync();
            Assert.Equal("""[{"n":1}]""", await gateway.RowsAsync("one"));

            await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "two.yaml"), File("two").Replace(Source, "", StringComparison.Ordinal), TestContext.Current.CancellationToken);
            await OfferedAsync(gateway, "two");
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_file_that_is_not_there_stops_the_start()
    {
        await using var gateway = new DeclaredGateway("", ("Tools:File", "/no/such/file.yaml"));

        Assert.Equal(
            "The file or folder '/no/such/file.yaml' cannot be read. Setting: Tools:File. Fix: Name a file, or a folder of *.yaml files, that this service may read.",
            Assert.Throws<SettingException>(() => gateway.Catalogue).Message);
    }

    [Fact]
    public async Task A_folder_without_files_stops_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("tools-").FullName;
        await using var gateway = new DeclaredGateway("", ("Tools:File", folder));

        Assert.Equal(
            $"The folder '{folder}' has no *.yaml or *.yml file. Setting: Tools:File. Fix: Put one there, or name another folder.",
            Assert.Throws<SettingException>(() => gateway.Catalogue).Message);
        Directory.Delete(folder);
    }

    [Fact]
    public async Task A_wrong_file_stops_the_start_with_all_that_is_wrong()
    {
        await using var gateway = new DeclaredGateway("tool: {}\nsources: []");

        Assert.Equal(
            $"""
            {gateway.Path}:1:1: The section 'tool' is unknown. Did you mean 'tools'? Known: authServices, groups, sources, tools, toolsets.
            {gateway.Path}:2:10: Section 'sources' is a list. Allowed: a mapping by name.
            The tools file has 2 problems. Setting: Tools:File. Fix: Correct the places above.
            """,
            Assert.Throws<SettingException>(() => gateway.Catalogue).Message,
            ignoreLineEndingDifferences: true);
    }

    private static string File(string tool) => $$"""
        {{Source}}tools: { {{tool}}: { kind: sqlite-sql, source: db, description: d, statement: SELECT 1 AS n } }
        """;

    private static Task<object> OfferedAsync(DeclaredGateway gateway, string tool) =>
        Eventually.GetAsync(() => (object?)gateway.Catalogue.Current.Find(tool), $"tool '{tool}'");

    private static IEnumerable<string> Warnings(DeclaredGateway gateway) =>
        gateway.Log.Entries.Where(entry => entry.Level is LogLevel.Warning).Select(entry => entry.Text);
}
