namespace Runtime.Testing;

/// <summary>Where the checkout is that the tests were built from.</summary>
public static class Repository
{
    private const string Mark = "Runtime.Aspire.sln";

    /// <summary>Gets the root folder of the checkout.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, Mark)) ? folder
        : Path.GetDirectoryName(folder) is { } parent ? Find(parent)
        : throw new DirectoryNotFoundException($"No folder above '{AppContext.BaseDirectory}' has {Mark}. Fix: run the tests from a checkout.");
}
