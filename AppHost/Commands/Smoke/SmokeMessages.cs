using System.Text.Json;

namespace Runtime.AppHost.Commands.Smoke;

/// <summary>Reads what the test program reports while it runs: one JSON object a line, as xUnit's reporter <c>json</c> writes them.</summary>
internal sealed class SmokeMessages(Action<SmokeResult> ended)
{
    private const string Unknown = "-";
    private readonly Dictionary<string, (string Suite, string Integration)> _classes = [];
    private readonly Dictionary<string, string> _methods = [];
    private readonly Dictionary<string, (string Name, string Mode)> _running = [];
    private readonly List<string> _other = [];

    /// <summary>Gets the names of the tests that run now.</summary>
    public IReadOnlyCollection<string> Running
    {
        get
        {
            lock (_running)
            {
                return [.. _running.Values.Select(test => test.Name)];
            }
        }
    }

    /// <summary>Gets whether the program came to its end by itself.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Gets what was printed that is no message, such as the error that ended the program.</summary>
    public IReadOnlyList<string> Other => _other;

    public void Read(string line)
    {
        if (!line.StartsWith("{\"$type\":", StringComparison.Ordinal))
        {
            _other.Add(line);
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            Read(document.RootElement);
        }
        catch (JsonException)
        {
            // A program that is killed leaves half a line.
            _other.Add(line);
        }
    }

    private void Read(JsonElement message)
    {
        switch (Text(message, "$type"))
        {
            case "test-class-starting":
                _classes[Text(message, "TestClassUniqueID")] = (Text(message, "TestClassSimpleName"), Trait(message, "integration"));
                break;
            case "test-method-starting":
                _methods[Text(message, "TestMethodUniqueID")] = Text(message, "MethodName").Replace('_', ' ');
                break;
            case "test-starting":
                lock (_running)
                {
                    _running[Text(message, "TestUniqueID")] = (_methods.GetValueOrDefault(Text(message, "TestMethodUniqueID"), Unknown), Trait(message, "mode"));
                }

                break;
            case "test-passed":
                End(message, SmokeOutcome.Passed, "", "");
                break;
            case "test-skipped":
                End(message, SmokeOutcome.Skipped, Text(message, "Reason"), "");
                break;
            case "test-not-run":
                Remove(message);
                break;
            case "test-failed":
                End(message, SmokeOutcome.Failed, First(message, "Messages"), First(message, "StackTraces"));
                break;
            case "test-assembly-finished":
                IsComplete = true;
                break;
            // What fails between tests, or while something is taken down, belongs to no test.
            case "error" or "test-assembly-cleanup-failure" or "test-collection-cleanup-failure" or "test-class-cleanup-failure" or "test-method-cleanup-failure"
                or "test-case-cleanup-failure" or "test-cleanup-failure":
                var (suite, integration) = ClassOf(message);
                ended(new(suite, integration, "Clean up", Unknown, SmokeOutcome.Failed, TimeSpan.Zero, First(message, "Messages"), First(message, "StackTraces")));
                break;
        }
    }

    private void End(JsonElement message, SmokeOutcome outcome, string words, string details)
    {
        var (name, mode) = Remove(message);
        var (suite, integration) = ClassOf(message);
        ended(new(suite, integration, name, mode, outcome, TimeSpan.FromSeconds(message.GetProperty("ExecutionTime").GetDouble()), words, details));
    }

    private (string Name, string Mode) Remove(JsonElement message)
    {
        lock (_running)
        {
            return _running.Remove(Text(message, "TestUniqueID"), out var test) ? test : (Unknown, Unknown);
        }
    }

    private (string Suite, string Integration) ClassOf(JsonElement message) => _classes.GetValueOrDefault(Text(message, "TestClassUniqueID"), (Unknown, Unknown));

    private static string Text(JsonElement message, string name) => message.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static string First(JsonElement message, string name) =>
        message.TryGetProperty(name, out var values) && values.GetArrayLength() > 0 ? values[0].GetString() ?? "" : "";

    private static string Trait(JsonElement message, string name) =>
        message.TryGetProperty("Traits", out var traits) && traits.TryGetProperty(name, out var values) && values.GetArrayLength() > 0 ? values[0].GetString()! : Unknown;
}
