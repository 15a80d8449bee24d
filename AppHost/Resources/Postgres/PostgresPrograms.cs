namespace Runtime.AppHost.Resources.Postgres;

/// <summary>PostgreSQL's own programs on this machine.</summary>
/// <param name="Server">Path of <c>postgres</c>.</param>
/// <param name="InitDb">Path of <c>initdb</c>.</param>
internal sealed record PostgresPrograms(string Server, string InitDb)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly string Ending = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>Looks on PATH, where pg_config says, and where Debian, Red Hat, Homebrew and the Windows installer put them, newest first.</summary>
    public static PostgresPrograms? Find() => Folders()
        .Select(folder => new PostgresPrograms(Path.Combine(folder, "postgres" + Ending), Path.Combine(folder, "initdb" + Ending)))
        .FirstOrDefault(programs => File.Exists(programs.Server) && File.Exists(programs.InitDb));

    /// <summary>Returns the major version of the server program, for example 15.</summary>
    public string MajorVersion()
    {
        var text = LocalProgram.RunOrThrow(Server, ["--version"], Limit);   // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        return new string([.. text.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
    }

    private static IEnumerable<string> Folders()
    {
        if (LocalProgram.Find("postgres") is { } onPath)
        {
            yield return Path.GetDirectoryName(onPath)!;
        }

        if (LocalProgram.Find("pg_config") is { } config && LocalProgram.Run(config, ["--bindir"], Limit) is { } folder)
        {
            yield return folder;
        }

        string[] roots = OperatingSystem.IsWindows()
            ? [@"C:\Program Files\PostgreSQL"]
            : ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
        foreach (var version in roots.Where(Directory.Exists).SelectMany(root => Directory.EnumerateDirectories(root, OperatingSystem.IsWindows() || root.EndsWith("postgresql", StringComparison.Ordinal) ? "*" : "postgresql*"))
            .OrderByDescending(path => int.TryParse(Path.GetFileName(path).Split('@', '.')[^1], out var major) ? major : 0))
        {
            yield return Path.Combine(version, "bin");
        }

        yield return "/usr/pgsql/bin";
    }
}
