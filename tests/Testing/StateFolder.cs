namespace Runtime.Testing;

/// <summary>Folders for what a stack of a test keeps.</summary>
public static class StateFolder
{
    /// <summary>Makes a new folder that PostgreSQL gets through to, also when root runs the tests and the server changes its user.</summary>
    public static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("runtime-tests-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        }

        return folder;
    }
}
