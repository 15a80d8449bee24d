namespace Runtime.AppHost.FunctionalTests;

/// <summary>Looks at processes of this machine.</summary>
internal static class Processes
{
    /// <summary>Whether a process runs; one that has ended and waits for init to take notice does not.</summary>
    public static bool IsAlive(int id)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The state of other processes is read from /proc. Fix: run this test on Linux.");
        var stat = $"/proc/{id}/stat";
        // 4711 (name, which may have spaces and parentheses) S 1 …
        return File.Exists(stat) && File.ReadAllText(stat).Split(") ")[^1][0] != 'Z';
    }

    /// <summary>Returns the processes whose command line has a text in it, with their ids.</summary>
    public static IReadOnlyList<(int Id, string Command)> WithArgument(string text)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Command lines of other processes are read from /proc. Fix: run this test on Linux.");
        var found = new List<(int, string)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (int.TryParse(Path.GetFileName(folder), out var id) && id != Environment.ProcessId
                    && File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ') is var command && command.Contains(text, StringComparison.Ordinal))
                {
                    found.Add((id, command));
                }
            }
            catch (IOException)
            {
                // The process ended while it was looked at.
            }
        }

        return found;
    }

    /// <summary>Returns the processes that were given a variable and have a word in their command line, but for shells that wait for them.</summary>
    public static IReadOnlyList<int> WithEnvironment(string variable, string word) =>
    [
        .. WithArgument(word).Where(process => !IsLauncher(process.Command)).Select(process => process.Id).Where(id => IsGiven(id, variable)),
    ];

    /// <summary>Whether a command line is that of a shell that only waits for the program behind it.</summary>
    public static bool IsLauncher(string command) => command.Contains("launcher", StringComparison.Ordinal);

    /// <summary>Ends processes with SIGKILL, which none of them can notice.</summary>
    public static void Kill(IReadOnlyList<int> ids)
    {
        Assert.NotEmpty(ids);
        foreach (var id in ids)
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            process.Kill();
        }
    }

    private static bool IsGiven(int id, string variable)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Split('\0').Contains(variable, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            // The process ended while it was looked at.
            return false;
        }
    }
}
