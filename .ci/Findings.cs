// Compares what the analyzers found in the last build, as information, with the budget in .ci/findings.txt, which may only go down.
// Usage, after a build of the solution: dotnet run .ci/Findings.cs [-- --update]
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

const string Budget = ".ci/findings.txt";
const string Update = "dotnet run .ci/Findings.cs -- --update";

var findings = new HashSet<Finding>();
foreach (Match project in Regex.Matches(File.ReadAllText("Runtime.Aspire.sln"), "\"([^\"]+)[.]csproj\""))
{
    var report = $"artifacts/obj/{Path.GetFileName(project.Groups[1].Value.Replace('\\', '/'))}/findings.sarif";
    if (!File.Exists(report))
    {
        Console.Error.WriteLine($"The build left no {report}. Fix: dotnet build --no-incremental");
        return 2;
    }

    findings.UnionWith(Read(report));
}

var found = findings.GroupBy(finding => (finding.Rule, finding.File)).ToDictionary(group => group.Key, group => group.ToArray());
var allowed = File.ReadLines(Budget).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries))
    .ToDictionary(cells => (Rule: cells[0], File: cells[2]), cells => int.Parse(cells[1], CultureInfo.InvariantCulture));

// A rule has the budget, so that code may move between files; the files only tell which findings are new.
var counts = findings.CountBy(finding => finding.Rule).ToDictionary();
var limits = allowed.GroupBy(line => line.Key.Rule, line => line.Value).ToDictionary(group => group.Key, group => group.Sum());
foreach (var rule in counts.Keys.Union(limits.Keys).Where(rule => counts.GetValueOrDefault(rule) != limits.GetValueOrDefault(rule)).Order(StringComparer.Ordinal))
{
    Console.WriteLine($"{rule}: {counts.GetValueOrDefault(rule)}, the budget is {limits.GetValueOrDefault(rule)}");
}

Console.WriteLine($"{findings.Count} findings of {counts.Count} rules; the budget is {limits.Values.Sum()}");

var over = counts.Where(rule => rule.Value > limits.GetValueOrDefault(rule.Key)).Select(rule => rule.Key).ToHashSet();
if (over.Count > 0)
{
    Console.Error.WriteLine("More findings than the budget allows:");
    foreach (var (place, here) in found.Where(place => over.Contains(place.Key.Rule) && place.Value.Length > allowed.GetValueOrDefault(place.Key))
        .OrderBy(place => place.Key.Rule, StringComparer.Ordinal).ThenBy(place => place.Key.File, StringComparer.Ordinal))
    {
        Console.Error.WriteLine($"  {place.Rule} in {place.File}: {here.Length}, of which {here.Length - allowed.GetValueOrDefault(place)} new");
        foreach (var finding in here.OrderBy(finding => finding.Line))
        {
            Console.Error.WriteLine($"    {finding.File}({finding.Line}): {finding.Message}");
        }
    }

    Console.Error.WriteLine("Fix: change the code, or say at the place why it is right: #pragma warning disable RULE // reason");
    return 1;
}

string[] lines = [.. found.OrderBy(place => place.Key.Rule, StringComparer.Ordinal).ThenBy(place => place.Key.File, StringComparer.Ordinal)
    .Select(place => $"{place.Key.Rule,-10} {place.Value.Length,3}  {place.Key.File}")];
string[] heading = [.. File.ReadLines(Budget).TakeWhile(line => line.Length == 0 || line[0] == '#')];
if (File.ReadLines(Budget).SequenceEqual([.. heading, .. lines]))
{
    return 0;
}

if (args.Contains("--update"))
{
    File.WriteAllLines(Budget, [.. heading, .. lines]);
    Console.WriteLine($"{Budget} is lowered to {findings.Count}.");
}
else
{
    Console.WriteLine($"The budget in {Budget} is higher than it needs to be, or names other files. Lower it: {Update}");
}

return 0;

// Notes are what nobody is told of otherwise. One that is suppressed in the code has its reason there.
static IEnumerable<Finding> Read(string report)
{
    using var document = JsonDocument.Parse(File.ReadAllText(report));
    foreach (var result in document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray())
    {
        if (result.GetProperty("level").GetString() != "note" || result.TryGetProperty("suppressions", out _))
        {
            continue;
        }

        var place = result.TryGetProperty("locations", out var locations) ? locations[0].GetProperty("physicalLocation") : default;
        var path = place.ValueKind is JsonValueKind.Undefined ? report : new Uri(place.GetProperty("artifactLocation").GetProperty("uri").GetString()!).LocalPath;
        var file = Path.GetRelativePath(Environment.CurrentDirectory, path).Replace('\\', '/');
        // What a generator wrote is not ours to change.
        if (!file.StartsWith("artifacts/", StringComparison.Ordinal))
        {
            yield return new(
                result.GetProperty("ruleId").GetString()!, file, place.GetProperty("region").GetProperty("startLine").GetInt32(),
                place.GetProperty("region").GetProperty("startColumn").GetInt32(), result.GetProperty("message").GetProperty("text").GetString()!);
        }
    }
}

internal sealed record Finding(string Rule, string File, int Line, int Column, string Message);
