using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace Runtime.Benchmarks.Report;

/// <summary>What numbers mean nothing without: the machine, the versions, and how long was measured.</summary>
internal sealed class MachineFacts
{
    private readonly List<KeyValuePair<string, string>> _facts = [];

    public IReadOnlyList<KeyValuePair<string, string>> All => _facts;

    public static MachineFacts Collect(int rounds, TimeSpan duration)
    {
        var facts = new MachineFacts();
        facts.Add("date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        facts.Add("processors", $"{Environment.ProcessorCount}, {ProcessorName()}; shared by client, service and database");
        facts.Add("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB");
        facts.Add("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        facts.Add("measured", string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds of {duration.TotalSeconds:0.#} s each; the middle one counts"));
        if (!IsOptimised())
        {
            facts.Add("warning", "a Debug build, whose numbers mean nothing. Fix: dotnet run -c Release");
        }

        return facts;
    }

    public void Add(string name, string value)
    {
        if (!_facts.Contains(new(name, value)))
        {
            _facts.Add(new(name, value));
        }
    }

    public void Print(IAnsiConsole console)
    {
        foreach (var (name, value) in _facts)
        {
            console.MarkupLineInterpolated($"[grey]{name,-10}[/] {value}");
        }
    }

    private static bool IsOptimised() =>
#if DEBUG
        false;
#else
        true;
#endif

    private static string ProcessorName()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
