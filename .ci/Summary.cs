// Reads the xUnit reports of a test run: skips grouped by reason, failures by name with what they say, and one closing line with the counts.
// Usage: dotnet run .ci/Summary.cs -- FOLDER
using System.Xml.Linq;

var reports = Directory.GetFiles(args[0], "*.xml");
var tests = reports.SelectMany(report => XDocument.Load(report).Descendants("test")).ToArray();
string First(XElement? text, int lines) => string.Join('\n', (text?.Value ?? "").Trim().Split('\n').Take(lines).Select(line => $"    {line.TrimEnd()}"));
string Result(XElement test) => (string?)test.Attribute("result") ?? "";

var skipped = tests.Where(test => Result(test) == "Skip").ToArray();
foreach (var group in skipped.GroupBy(test => ((string?)test.Element("reason") ?? "no reason given").Trim()).OrderByDescending(group => group.Count()))
{
    Console.WriteLine($"skipped {group.Count()}: {group.Key}");
}

var failed = tests.Where(test => Result(test) == "Fail").ToArray();
foreach (var test in failed)
{
    Console.WriteLine($"FAILED {(string?)test.Attribute("name")} after {(string?)test.Attribute("time")} s");
    Console.WriteLine(First(test.Element("failure")?.Element("message"), 20));
    Console.WriteLine(First(test.Element("failure")?.Element("stack-trace"), 12));
}

Console.WriteLine($"{tests.Count(test => Result(test) == "Pass")} passed, {failed.Length} failed, {skipped.Length} skipped");
