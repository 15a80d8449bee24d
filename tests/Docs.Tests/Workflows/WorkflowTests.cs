using System.Diagnostics;
using System.Text.RegularExpressions;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Settings;
using Runtime.Testing;

namespace Runtime.Docs.Tests.Workflows;

/// <summary>What only GitHub runs is read here: everything that a workflow names is there.</summary>
public sealed partial class WorkflowTests
{
    private const string Configured = "configured";

    /// <summary>What GitHub itself knows, of the little that these workflows use.</summary>
    private static readonly string[] Given = ["github.ref", "github.job", "runner.temp"];

    [Fact]
    public void Every_job_has_a_limit_and_says_what_it_may_do()
    {
        Assert.NotEmpty(WorkflowFile.AllJobs);
        Assert.All(WorkflowFile.Workflows, workflow => Assert.True(
            workflow.Root.Child("permissions") is not null && workflow.Root.Child("concurrency") is not null, $"{workflow.Path} lacks permissions or concurrency."));
        Assert.All(WorkflowFile.AllJobs, job =>
        {
            Assert.True(job.Node.Child("permissions") is not null, $"{job.Place} lacks permissions.");
            Assert.True(int.TryParse(job.Node.Text("timeout-minutes"), out var minutes) && minutes is > 0 and <= 60, $"{job.Place} lacks timeout-minutes, 1 to 60.");
        });
    }

    [Fact]
    public void Every_action_is_of_the_repository_or_pinned_to_a_commit_with_its_version_beside_it() => Assert.All(WorkflowFile.All, file =>
    {
        foreach (var line in file.Lines.Select(line => line.Trim()).Where(line => line.Contains("uses:", StringComparison.Ordinal)))
        {
            var isOwn = OwnAction().Match(line) is { Success: true } own && WorkflowFile.Actions.Any(action => Path.GetDirectoryName(action.Path) == own.Groups[1].Value);
            Assert.True(isOwn || PinnedAction().IsMatch(line), $"{file.Path}: '{line}' names no action of the repository, and no commit with its version.");
        }
    });

    [Fact]
    public void Every_script_is_Bash_and_takes_values_from_its_environment_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Bash reads the scripts. Fix: run this test on Linux or macOS.");
        Assert.All(WorkflowFile.AllSteps.Where(step => step.Script is not null), step =>
        {
            // An expression in a script is replaced before Bash sees it, whatever is in its value.
            Assert.DoesNotContain("${{", step.Script!, StringComparison.Ordinal);
            Assert.True(step.Node.Text("shell") is null or "bash", $"{step.Place} has another shell.");
            Assert.Equal("", ComplaintsOf(step.Script!));
        });
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, ".ci")).Where(file => File.ReadLines(file).First().EndsWith("bash", StringComparison.Ordinal)),
            file => Assert.Equal("", ComplaintsOf(File.ReadAllText(file))));
    }

    [Fact]
    public void Every_path_and_project_that_a_script_names_is_in_the_repository() => Assert.All(WorkflowFile.AllSteps, step =>
    {
        foreach (Match match in PathWord().Matches(step.Script ?? ""))
        {
            Assert.True(Path.Exists(Path.Combine(Repository.Root, match.Value)), $"{step.Place} names '{match.Value}', which is not there.");
        }

        foreach (Match match in Project().Matches(step.Script ?? ""))
        {
            var folder = Path.Combine(Repository.Root, match.Groups[1].Value);
            Assert.True(Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.csproj").Any(), $"{step.Place} runs '{match.Groups[1].Value}', which is no project.");
        }
    });

    [Fact]
    public void Every_expression_names_something_that_is_there()
    {
        foreach (var workflow in WorkflowFile.Workflows)
        {
            var jobs = workflow.Jobs.ToDictionary(job => job.Id);
            foreach (var job in jobs.Values)
            {
                Assert.All(job.Needs, need => Assert.True(jobs.ContainsKey(need), $"{job.Place} needs '{need}', which is no job."));
                Assert.All(Reference.In(job.Node), reference => Assert.True(IsThere(reference, job.Steps, job.Needs.ToDictionary(need => need, need => jobs[need])), $"{job.Place}: nothing is '{reference}'."));
            }
        }

        Assert.All(WorkflowFile.Actions, action =>
        {
            var inputs = action.Root.Texts("inputs").Keys;
            Assert.All(Reference.In(action.Root), reference => Assert.True(
                Given.Contains($"{reference}") || (reference is { Context: "inputs", Names: [var name] } && inputs.Contains(name)), $"{action.Path}: nothing is '{reference}'."));
            foreach (var step in WorkflowFile.AllSteps.Where(step => step.Uses == $"./{Path.GetDirectoryName(action.Path)}"))
            {
                Assert.Empty(step.With.Keys.Except(inputs));
                Assert.Empty(inputs.Except(step.With.Keys));
            }
        });
    }

    [Fact]
    public void Every_secret_and_variable_of_a_live_job_is_a_row_and_every_row_is_one() => Assert.Equal(
        Rows().Select(row => (row.Job, row.Name, row.Kind)).Order(),
        (from job in WorkflowFile.AllJobs
         where job.Id is not Configured
         from reference in Reference.In(job.Node)
         where reference.Context is "secrets" or "vars"
         select (job.Id, reference.Names[0], reference.Context is "secrets" ? "secret" : "variable")).Distinct().Order());

    [Fact]
    public void A_live_job_runs_when_all_that_it_needs_is_set_and_says_so_otherwise()
    {
        var configured = Assert.Single(WorkflowFile.AllJobs, job => job.Id is Configured);
        var look = Assert.Single(configured.Steps, step => step.Script is not null);
        var needs = NeedsLine().Matches(look.Script!).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(Rows().Select(row => row.Job).Distinct().Order(), needs.Keys.Order());
        Assert.Equal(needs.Keys.Order(), configured.Outputs.Keys.Order());
        Assert.All(needs, job =>
        {
            Assert.Equal(Rows().Where(row => row.Job == job.Key && row.IsNeeded).Select(row => $"{row.Kind}:{row.Name}").Order(), job.Value.Order());
            Assert.Equal($"${{{{ steps.{look.Id}.outputs.{job.Key} }}}}", configured.Outputs[job.Key]);
            var live = Assert.Single(WorkflowFile.AllJobs, other => other.Id == job.Key);
            Assert.Equal($"needs.{Configured}.outputs.{job.Key} == 'true'", live.Node.Text("if"));
        });
        // It sees whether something is set, and not what it is.
        Assert.All(look.Environment, variable => Assert.Matches($@"^\$\{{\{{ (secrets|vars)\.{variable.Key} != '' \}}\}}$", variable.Value));
        Assert.Equal(needs.Values.SelectMany(names => names).Select(name => name.Split(':')[1]).Distinct().Order(), look.Environment.Keys.Order());
    }

    [Fact]
    public void Every_environment_variable_is_read_by_something_and_documented()
    {
        HashSet<string> settings = [.. IntegrationCatalogue.BuiltIn.Settings.SelectMany(setting => setting.Names).Select(Setting.VariableOf)];
        var smoke = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Smoke"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var pages = string.Concat(MarkdownPage.All.Select(page => File.ReadAllText(Path.Combine(Repository.Root, page.Path))));

        Assert.All(WorkflowFile.AllJobs, job => Assert.Null(job.Node.Child("env")));
        Assert.All(
            from step in WorkflowFile.AllSteps
            from name in step.Environment.Keys
            select (step, name),
            use => Assert.True(
                settings.Contains(use.name)
                || Regex.IsMatch(use.step.Script ?? "", $@"\b{use.name}\b")
                || (smoke.Contains($"\"{use.name}\"", StringComparison.Ordinal) && pages.Contains(use.name, StringComparison.Ordinal)),
                $"{use.step.Place} sets '{use.name}', which is no setting, is not in its script, and is not both read by the suites and documented."));
    }

    [Fact]
    public void Every_key_to_prove_is_one_of_a_suite_and_every_suite_with_live_tests_has_a_job()
    {
        var chosen = WorkflowFile.AllSteps.Where(step => step.With.ContainsKey("only")).SelectMany(step => step.With["only"].Split(' ')).ToArray();
        var suites = (
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Smoke"), "*Smoke*.cs", SearchOption.AllDirectories)
            let source = File.ReadAllText(file)
            from Match key in SuiteKey().Matches(source)
            select (Key: key.Groups[1].Value, IsLive: LiveRow().IsMatch(source))).ToArray();

        Assert.NotEmpty(chosen);
        Assert.Empty(chosen.Except(suites.Select(suite => suite.Key)));
        Assert.Empty(suites.Where(suite => suite.IsLive).Select(suite => suite.Key).Except(chosen));
    }

    private static IEnumerable<(string Job, string Name, string Kind, bool IsNeeded)> Rows() =>
        MarkdownPage.ContinuousIntegration.RowsOf("Job", "Name", "Kind", "Needed").Select(cells => (cells[0], cells[1], cells[2], cells[3] is "yes"));

    private static bool IsThere(Reference reference, IEnumerable<WorkflowStep> steps, Dictionary<string, WorkflowJob> needs) => reference switch
    {
        { Context: "secrets" or "vars", Names: [_] } => true,
        { Context: "needs", Names: [var job, "outputs", var output] } => needs.TryGetValue(job, out var needed) && needed.Outputs.ContainsKey(output),
        { Context: "steps", Names: [var id, "outputs", var output] } => steps.Any(step => step.Id == id && step.Script?.Contains(output, StringComparison.Ordinal) is true),
        _ => Given.Contains($"{reference}"),
    };

    /// <summary>Returns what Bash has against a script, which it reads and does not run.</summary>
    private static string ComplaintsOf(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-n"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        bash.StandardInput.Write(script);
        bash.StandardInput.Close();
        return bash.StandardError.ReadToEnd();
    }

    [GeneratedRegex(@"uses: \./(\S+)$")]
    private static partial Regex OwnAction();

    [GeneratedRegex(@"uses: [\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex PinnedAction();

    // A bare word with a slash inside; what begins with a slash, a variable, an option or a quote is not of the repository.
    [GeneratedRegex(@"(?<=^|\s)[\w.][\w.-]*(/[\w.-]+)+(?=\s|$)", RegexOptions.Multiline)]
    private static partial Regex PathWord();

    [GeneratedRegex(@"--project (\S+)")]
    private static partial Regex Project();

    [GeneratedRegex(@"^needs (\S+)((?: (?:secret|variable):\w+)+)$", RegexOptions.Multiline)]
    private static partial Regex NeedsLine();

    [GeneratedRegex(@"\[Integration\(""([^""]+)""\)\]")]
    private static partial Regex SuiteKey();

    [GeneratedRegex(@"RunsIn\([^)]*\bLive\b")]
    private static partial Regex LiveRow();
}
