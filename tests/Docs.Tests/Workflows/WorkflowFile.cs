using System.Text.RegularExpressions;
using Runtime.Testing;
using YamlDotNet.RepresentationModel;

namespace Runtime.Docs.Tests.Workflows;

/// <summary>A workflow of GitHub Actions, or an action of this repository.</summary>
/// <remarks>https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax</remarks>
internal sealed class WorkflowFile
{
    private WorkflowFile(string path)
    {
        Path = System.IO.Path.GetRelativePath(Repository.Root, path);
        Lines = File.ReadAllLines(path);
        using var reader = new StringReader(string.Join('\n', Lines));
        var yaml = new YamlStream();
        yaml.Load(reader);
        Root = (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    public static IReadOnlyList<WorkflowFile> Workflows { get; } = [.. In("workflows", "*.yml")];

    public static IReadOnlyList<WorkflowFile> Actions { get; } = [.. In("actions", "action.yml")];

    public static IEnumerable<WorkflowFile> All => Workflows.Concat(Actions);

    public static IEnumerable<WorkflowJob> AllJobs => Workflows.SelectMany(workflow => workflow.Jobs);

    public static IEnumerable<WorkflowStep> AllSteps => All.SelectMany(file => file.Steps);

    /// <summary>Gets the path from the root of the repository.</summary>
    public string Path { get; }

    public IReadOnlyList<string> Lines { get; }

    public YamlMappingNode Root { get; }

    public IEnumerable<WorkflowJob> Jobs => Root.Child("jobs") is YamlMappingNode jobs
        ? jobs.Children.Select(job => new WorkflowJob($"{Path}, job '{job.Key}'", $"{job.Key}", (YamlMappingNode)job.Value))
        : [];

    /// <summary>Gets the steps of all jobs, or of the action.</summary>
    public IEnumerable<WorkflowStep> Steps => Root.Child("runs") is YamlMappingNode runs ? WorkflowStep.In(Path, runs) : Jobs.SelectMany(job => job.Steps);

    private static IEnumerable<WorkflowFile> In(string folder, string pattern) =>
        from file in Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, ".github", folder), pattern, SearchOption.AllDirectories)
        select new WorkflowFile(file);
}

/// <param name="Place">Where it is, for a failure.</param>
internal sealed record WorkflowJob(string Place, string Id, YamlMappingNode Node)
{
    public IEnumerable<WorkflowStep> Steps => WorkflowStep.In(Place, Node);

    public IEnumerable<string> Needs => Node.Child("needs") switch
    {
        YamlSequenceNode list => list.Select(item => $"{item}"),
        YamlScalarNode one => [$"{one}"],
        _ => [],
    };

    public IReadOnlyDictionary<string, string> Outputs => Node.Texts("outputs");
}

internal sealed record WorkflowStep(string Place, YamlMappingNode Node)
{
    public string? Id => Node.Text("id");

    /// <summary>Gets the action that the step runs, with its version.</summary>
    public string? Uses => Node.Text("uses");

    public string? Script => Node.Text("run");

    public IReadOnlyDictionary<string, string> Environment => Node.Texts("env");

    public IReadOnlyDictionary<string, string> With => Node.Texts("with");

    public static IEnumerable<WorkflowStep> In(string place, YamlMappingNode owner) => owner.Child("steps") is YamlSequenceNode steps
        ? steps.Select((step, index) => new WorkflowStep($"{place}, step {index + 1}", (YamlMappingNode)step))
        : [];
}

/// <summary>What an expression names: <c>secrets.KEY</c>, <c>needs.job.outputs.name</c>.</summary>
internal sealed partial record Reference(string Context, IReadOnlyList<string> Names)
{
    /// <summary>Returns what the expressions below a node name. A condition is an expression without braces.</summary>
    public static IEnumerable<Reference> In(YamlNode node) =>
        from expression in ExpressionsIn(node)
        from Match match in Form().Matches(Quoted().Replace(expression, ""))
        let parts = match.Value.Split('.')
        select new Reference(parts[0], parts[1..]);

    public override string ToString() => $"{Context}.{string.Join('.', Names)}";

    private static IEnumerable<string> ExpressionsIn(YamlNode node) => node switch
    {
        YamlScalarNode scalar => Braces().Matches(scalar.Value ?? "").Select(match => match.Groups[1].Value),
        YamlSequenceNode list => list.SelectMany(ExpressionsIn),
        YamlMappingNode map => map.Children.SelectMany(pair => $"{pair.Key}" == "if" ? [$"{pair.Value}"] : ExpressionsIn(pair.Value)),
        _ => [],
    };

    [GeneratedRegex(@"\$\{\{(.*?)\}\}")]
    private static partial Regex Braces();

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b[a-z]+(\.[A-Za-z_][\w-]*)+")]
    private static partial Regex Form();
}

internal static class YamlNodes
{
    public static YamlNode? Child(this YamlMappingNode node, string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;

    public static string? Text(this YamlMappingNode node, string key) => (node.Child(key) as YamlScalarNode)?.Value;

    public static IReadOnlyDictionary<string, string> Texts(this YamlMappingNode node, string key) =>
        (node.Child(key) as YamlMappingNode)?.Children.ToDictionary(pair => $"{pair.Key}", pair => $"{pair.Value}") ?? [];
}
