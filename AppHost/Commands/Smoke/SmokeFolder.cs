namespace Runtime.AppHost.Commands.Smoke;

/// <summary>A folder for everything temporary of one run, removed when the run ends, however its program did.</summary>
internal sealed class SmokeFolder : IAsyncDisposable
{
    private const string Prefix = "runtime-smoke-";

    // No run takes that long.
    private static readonly TimeSpan Stale = TimeSpan.FromHours(2);

    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private SmokeFolder(string path) => FullPath = path;

    public string FullPath { get; }

    /// <summary>Gets the variables that make a program keep its temporary files there.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Variables => [new("TMPDIR", FullPath), new("TEMP", FullPath), new("TMP", FullPath)];

    /// <summary>Makes a folder, and removes those of earlier runs that were killed before they could.</summary>
    public static SmokeFolder Create()
    {
        foreach (var old in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(old => DateTime.UtcNow - Directory.GetLastWriteTimeUtc(old) > Stale))
        {
            TryDelete(old);
        }

        var folder = new SmokeFolder(Directory.CreateTempSubdirectory(Prefix).FullName);
        if (!OperatingSystem.IsWindows())
        {
            // As /tmp is: a database server that root starts changes its user, and has temporary files too.
            File.SetUnixFileMode(folder.FullPath, Everybody | UnixFileMode.StickyBit);
        }

        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        // A server that lost its parent ends a moment later, and writes until then.
        for (var attempt = 0; attempt < 50 && !TryDelete(FullPath); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), CancellationToken.None);
        }
    }

    private static bool TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
