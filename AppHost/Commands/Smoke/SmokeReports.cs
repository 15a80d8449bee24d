using System.Globalization;
using System.Text;
using System.Xml;

namespace Runtime.AppHost.Commands.Smoke;

/// <summary>A smoke run for programs and for pages: JUnit XML and Markdown.</summary>
internal static class SmokeReports
{
    public const string XmlFile = "smoke.xml";
    public const string MarkdownFile = "smoke.md";

    /// <summary>Writes both reports into a folder, each in one step, so that of two runs at once one wins whole.</summary>
    public static async Task WriteAsync(string folder, IReadOnlyCollection<SmokeResult> results, DateTimeOffset began, TimeSpan time)
    {
        Directory.CreateDirectory(folder);
        await PutAsync(Path.Combine(folder, XmlFile), Xml(results, began, time));
        await PutAsync(Path.Combine(folder, MarkdownFile), Markdown(results, time));
    }

    /// <summary>Returns the run in the form that JUnit's Ant task writes, which build servers read.</summary>
    public static string Xml(IReadOnlyCollection<SmokeResult> results, DateTimeOffset began, TimeSpan time)
    {
        var text = new Utf8Writer();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", "smoke");
            Counts(xml, results, time);
            foreach (var suite in SmokeTable.Ordered(results).GroupBy(result => result.Suite))
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", suite.Key);
                xml.WriteAttributeString("timestamp", began.UtcDateTime.ToString("s", CultureInfo.InvariantCulture));
                Counts(xml, [.. suite], TimeSpan.FromTicks(suite.Sum(result => result.Time.Ticks)));
                foreach (var result in suite)
                {
                    Write(xml, result);
                }

                xml.WriteEndElement();
            }
        }

        return text.ToString();
    }

    /// <summary>Returns the run as a page.</summary>
    public static string Markdown(IReadOnlyCollection<SmokeResult> results, TimeSpan time)
    {
        var page = new StringBuilder().Append("## Smoke\n\n").Append(SmokeTable.Summary(results, time)).Append("\n\n");
        page.Append("| Suite | Integration | Test | Mode | Outcome | Time |\n| --- | --- | --- | --- | --- | ---: |\n");
        foreach (var result in SmokeTable.Ordered(results))
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| {result.Suite} | {result.Integration} | {result.Test} | {result.Mode} | {SmokeTable.Word(result.Outcome)} | {result.Time.TotalSeconds:0.0} s |\n");
        }

        foreach (var result in SmokeTable.Ordered(results).Where(result => result.Outcome is not SmokeOutcome.Passed))
        {
            // A fence longer than any in the text keeps the text inside.
            var body = (result.Message + (result.Details.Length > 0 ? "\n" + result.Details : "")).ReplaceLineEndings("\n");
            var fence = body.Contains("```", StringComparison.Ordinal) ? "````````" : "```";
            page.Append(CultureInfo.InvariantCulture, $"\n### {result.Suite}: {result.Test} [{result.Mode}] {SmokeTable.Word(result.Outcome)}\n\n{fence}text\n{body}\n{fence}\n");
        }

        return page.ToString();
    }

    private static void Write(XmlWriter xml, SmokeResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", result.Suite);
        xml.WriteAttributeString("name", $"{result.Test} [{result.Mode}]");
        xml.WriteAttributeString("time", Seconds(result.Time));
        xml.WriteStartElement("properties");
        foreach (var (name, value) in new[] { ("integration", result.Integration), ("mode", result.Mode) })
        {
            xml.WriteStartElement("property");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("value", value);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        if (result.Outcome is not SmokeOutcome.Passed)
        {
            xml.WriteStartElement(result.Outcome is SmokeOutcome.Skipped ? "skipped" : "failure");
            xml.WriteAttributeString("message", Allowed(result.Message));
            xml.WriteString(Allowed(result.Details));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Counts(XmlWriter xml, IReadOnlyCollection<SmokeResult> results, TimeSpan time)
    {
        xml.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", results.Count(result => result.Outcome is SmokeOutcome.Failed).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("skipped", results.Count(result => result.Outcome is SmokeOutcome.Skipped).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("time", Seconds(time));
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>What a failed call answered may hold characters that XML has no place for.</summary>
    private static string Allowed(string text) => string.Concat(text.EnumerateRunes().Where(rune => rune.Value >= ' ' || rune.Value is '\n' or '\t').Select(rune => rune.ToString()));

    private static async Task PutAsync(string file, string text)
    {
        var written = $"{file}.{Guid.NewGuid():n}";
        await File.WriteAllTextAsync(written, text);
        File.Move(written, file, overwrite: true);
    }

    private sealed class Utf8Writer() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
