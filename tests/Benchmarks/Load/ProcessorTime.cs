using System.Globalization;

namespace Runtime.Benchmarks.Load;

/// <summary>Processor time that client, service and database have used so far; they share the processors, so this is what limits throughput.</summary>
/// <param name="Client">This process.</param>
/// <param name="Subject">The service, or the peer; zero for a floor.</param>
/// <param name="Database">The server and its processes; zero for a library.</param>
internal readonly record struct ProcessorTime(TimeSpan Client, TimeSpan Subject, TimeSpan Database)
{
    // USER_HZ, which Linux fixes for programs whatever the kernel's own clock.
    private const int TicksPerSecond = 100;

    /// <summary>Reads the clocks of processes. What is not a process here, or not on Linux, counts as zero.</summary>
    public static ProcessorTime Read(int? subject, int? database)
    {
        var processes = OperatingSystem.IsLinux() ? All() : [];
        return new(Environment.CpuUsage.TotalTime, Of(subject), Of(database));

        TimeSpan Of(int? root) => root is { } id ? TimeSpan.FromSeconds((double)Ticks(id) / TicksPerSecond) : TimeSpan.Zero;

        // With those of its children that have ended, which only the parent's clock still knows.
        long Ticks(int id) => processes.TryGetValue(id, out var process)
            ? process.Own + process.Ended + processes.Where(other => other.Value.Parent == id).Sum(child => Ticks(child.Key))
            : 0;
    }

    /// <summary>Returns the process that started another one; <see langword="null"/> where there is no such process.</summary>
    public static int? ParentOf(int id) => OperatingSystem.IsLinux() && All().TryGetValue(id, out var process) ? process.Parent : null;

    /// <summary>The time used since an earlier reading, for each of so many operations.</summary>
    public ProcessorTime Since(ProcessorTime earlier, int operations) => operations == 0
        ? default
        : new((Client - earlier.Client) / operations, (Subject - earlier.Subject) / operations, (Database - earlier.Database) / operations);

    private static Dictionary<int, (int Parent, long Own, long Ended)> All()
    {
        var all = new Dictionary<int, (int, long, long)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                // 4242 (a name) S 1 … : the name may hold anything, so counting starts behind its last bracket.
                var text = File.ReadAllText(Path.Combine(folder, "stat"));
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                all[id] = ((int)Field(1), Field(11) + Field(12), Field(13) + Field(14));

                long Field(int at) => long.Parse(fields[at], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return all;
    }
}
