using System.Xml.Linq;
using Runtime.AppHost.Commands.Smoke;
using Runtime.AppHost.Resources;

namespace Runtime.AppHost.Tests;

public sealed class SmokeCommandTests
{
    private static readonly SmokeResult[] Results =
    [
        new("PubSubSmoke", "pub-sub", "A message is published", "live", SmokeOutcome.Skipped, TimeSpan.Zero, "No project. Fix: export GOOGLE_CLOUD_PROJECT=<project-id>"),
        new("PubSubSmoke", "pub-sub", "A message is published", "emulator", SmokeOutcome.Passed, TimeSpan.FromSeconds(1.25)),
        new("BigtableSmoke", "bigtable", "Rows are read", "emulator", SmokeOutcome.Failed, TimeSpan.FromSeconds(2), "Values differ\nExpected: \u0001", "at <here>"),
    ];

    [Theory]
    [InlineData("smoke --help", "--sideways")]
    [InlineData("seconds from 1 to 3600", "--timeout", "0")]
    public async Task A_command_line_that_cannot_work_runs_nothing(string said, params string[] args)
    {
        using StringWriter output = new(), error = new();

        Assert.Equal(SmokeCommand.WrongUsage, await SmokeCommand.RunAsync(args, output, error));

        Assert.Contains(said, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public void Suites_are_chosen_by_key_or_name_and_an_unknown_one_is_answered_with_those_that_exist()
    {
        string[] keys = ["bigtable", "pub-sub", "spanner"];

        Assert.Equal(["bigtable", "pub-sub"], SmokeRun.Choose(keys, ["Pub/Sub", "BIGTABLE"]));
        Assert.Empty(SmokeRun.Choose(keys, []));
        var unknown = Assert.Throws<SettingException>(() => SmokeRun.Choose(keys, ["pub-sub", "pubsup"]));
        Assert.Equal("No suite proves 'pubsup'. Setting: --only. Fix: use one of bigtable, pub-sub, spanner", unknown.Message);
    }

    [Fact]
    public void Tests_are_told_from_the_messages_of_the_program_while_they_come()
    {
        List<SmokeResult> results = [];
        var messages = new SmokeMessages(results.Add);
        foreach (var line in new[]
        {
            """{"$type":"test-class-starting","TestClassUniqueID":"c","TestClassSimpleName":"PubSubSmoke","Traits":{"integration":["pub-sub"]}}""",
            """{"$type":"test-method-starting","TestClassUniqueID":"c","TestMethodUniqueID":"m","MethodName":"A_message_is_published"}""",
            Starting("1", "emulator"), """{"$type":"test-passed","TestClassUniqueID":"c","TestUniqueID":"1","ExecutionTime":1.5}""",
            Starting("2", "live"), """{"$type":"test-skipped","TestClassUniqueID":"c","TestUniqueID":"2","ExecutionTime":0,"Reason":"No project. Fix: set it"}""",
            Starting("3", "recorded"),
            """{"$type":"test-failed","TestClassUniqueID":"c","TestUniqueID":"3","ExecutionTime":2,"Messages":["Values differ"],"StackTraces":["at here"]}""",
            Starting("4", "live"), """{"$type":"test-not-run","TestClassUniqueID":"c","TestUniqueID":"4","ExecutionTime":0}""",
            """{"$type":"test-class-cleanup-failure","TestClassUniqueID":"c","Messages":["The table stays"],"StackTraces":[null]}""",
            Starting("5", "emulator"),
            "an unexpected line",
            """{"$type":"test-pass""",
        })
        {
            messages.Read(line);
        }

        Assert.Equal(
            [
                new("PubSubSmoke", "pub-sub", "A message is published", "emulator", SmokeOutcome.Passed, TimeSpan.FromSeconds(1.5)),
                new("PubSubSmoke", "pub-sub", "A message is published", "live", SmokeOutcome.Skipped, TimeSpan.Zero, "No project. Fix: set it"),
                new("PubSubSmoke", "pub-sub", "A message is published", "recorded", SmokeOutcome.Failed, TimeSpan.FromSeconds(2), "Values differ", "at here"),
                new("PubSubSmoke", "pub-sub", "Clean up", "-", SmokeOutcome.Failed, TimeSpan.Zero, "The table stays"),
            ],
            results);
        Assert.Equal(["A message is published"], messages.Running);
        Assert.Equal(["an unexpected line", """{"$type":"test-pass"""], messages.Other);
        Assert.False(messages.IsComplete);

        static string Starting(string id, string mode) =>
            $$$"""{"$type":"test-starting","TestClassUniqueID":"c","TestMethodUniqueID":"m","TestUniqueID":"{{{id}}}","Traits":{"integration":["pub-sub"],"mode":["{{{mode}}}"]}}""";
    }

    [Fact]
    public void The_report_for_programs_counts_and_explains_and_holds_only_what_XML_allows()
    {
        var report = XDocument.Parse(SmokeReports.Xml(Results, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(4)));

        Assert.Equal(("3", "1", "1"), Counts(report.Root!));
        Assert.Equal(["BigtableSmoke", "PubSubSmoke"], report.Root!.Elements("testsuite").Select(suite => (string?)suite.Attribute("name")));
        Assert.Equal(("2", "0", "1"), Counts(report.Root!.Elements("testsuite").Last()));
        var failure = Assert.Single(report.Descendants("failure"));
        Assert.Equal(("Values differ\nExpected: ", "at <here>"), ((string?)failure.Attribute("message"), failure.Value));
        Assert.Equal("A message is published [live]", (string?)Assert.Single(report.Descendants("skipped")).Parent!.Attribute("name"));
        Assert.Equal(3, report.Descendants("property").Count(property => (string?)property.Attribute("name") == "mode"));

        static (string?, string?, string?) Counts(XElement element) => ((string?)element.Attribute("tests"), (string?)element.Attribute("failures"), (string?)element.Attribute("skipped"));
    }

    [Fact]
    public void The_report_for_pages_has_a_row_a_test_and_a_section_for_what_did_not_pass()
    {
        var page = SmokeReports.Markdown(Results, TimeSpan.FromSeconds(4));

        Assert.Contains("1 passed, 1 failed, 1 skipped in 4.0 s.", page, StringComparison.Ordinal);
        Assert.Contains("| PubSubSmoke | pub-sub | A message is published | emulator | passed | 1.3 s |\n", page, StringComparison.Ordinal);
        Assert.Contains("### BigtableSmoke: Rows are read [emulator] FAILED\n\n```text\nValues differ\n", page, StringComparison.Ordinal);
        Assert.Equal(2, page.Split("\n### ").Length - 1);
    }

    [Fact]
    public void People_get_a_table_and_the_steps()
    {
        using var output = new StringWriter();

        SmokeTable.Write(Results, output, isTerminal: false);

        Assert.Matches(@"BigtableSmoke +Rows are read +emulator +FAILED +2\.0 s", output.ToString());
        Assert.Contains($"PubSubSmoke [live] skipped: No project.{Environment.NewLine}  Fix: export GOOGLE_CLOUD_PROJECT=<project-id>{Environment.NewLine}", output.ToString(), StringComparison.Ordinal);
    }
}
