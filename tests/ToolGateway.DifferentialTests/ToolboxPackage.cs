using System.Runtime.InteropServices;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>MCP Toolbox for Databases as npm delivers it, and what is beside it in <c>tests/toolbox-peer</c>.</summary>
internal static class ToolboxPackage
{
    public static readonly string Folder = Path.Combine(Repository.Root, "tests", "toolbox-peer");

    /// <summary>Returns the path of the server's program. Skips where the packages are missing.</summary>
    public static string ServerOrSkip()
    {
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var program = Path.Combine(
            Folder, "node_modules", "@toolbox-sdk", $"server-{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", "bin",
            OperatingSystem.IsWindows() ? "toolbox.exe" : "toolbox");
        Expectation.SkipUnless("node", File.Exists(program), $"'{program}' is missing. Fix: npm ci --prefix tests/toolbox-peer");
        return program;
    }
}
