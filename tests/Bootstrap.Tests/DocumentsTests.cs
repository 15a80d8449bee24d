using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Documents;
using Runtime.Testing;

namespace Runtime.Bootstrap.Tests;

/// <summary>What the repository has in writing is what the catalogue has.</summary>
public sealed class DocumentsTests
{
    [Fact]
    public void The_sample_environment_is_the_one_that_doctor_writes() => Assert.Equal(
        SampleEnvironment.Write(IntegrationCatalogue.BuiltIn), File.ReadAllText(Path.Combine(Repository.Root, "docs", "sample.env")));

    [Fact]
    public void The_tables_of_the_runbook_are_the_ones_that_doctor_writes()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "runbook.md"));

        Assert.Equal(RunbookSections.Update(page, IntegrationCatalogue.BuiltIn), page);
    }

    [Fact]
    public async Task With_the_sample_environment_alone_everything_that_is_configured_works()
    {
        var settings = (
            from line in File.ReadLines(Path.Combine(Repository.Root, "docs", "sample.env"))
            where line.Length > 0 && line[0] != '#'
            let parts = line.Split('=', 2)
            select (parts[0].Replace("__", ":", StringComparison.Ordinal), (string?)parts[1].Trim('\''))).ToArray();
        var folder = Directory.CreateTempSubdirectory("sample-env-");
        var own = settings.Select(setting => setting.Item1 == "SESSION_SERVICE_URI" ? (setting.Item1, $"sqlite:///{folder.FullName}/sessions.db") : setting).ToArray();
        await using (var machine = new Machine(own))
        {
            var report = await machine.ExamineAsync();

            Assert.True(report.Works);
            Assert.Contains(report.Findings, finding => finding.State is IntegrationState.Ready);
        }

        folder.Delete(recursive: true);
    }
}
