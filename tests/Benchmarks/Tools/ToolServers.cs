using System.Runtime.InteropServices;
using Npgsql;
using Runtime.Benchmarks.Load;
using Runtime.Testing;

namespace Runtime.Benchmarks.Tools;

/// <summary>Starts the gateway and MCP Toolbox for Databases on the same file and database.</summary>
internal sealed class ToolServers(NpgsqlConnectionStringBuilder database) : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("runtime-bench-").FullName, "tools.yaml");

    /// <summary>Returns MCP Toolbox's program; <see langword="null"/> where its packages are missing.</summary>
    public static string? Toolbox()
    {
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var program = Path.Combine(
            Repository.Root, "tests", "toolbox-peer", "node_modules", "@toolbox-sdk", $"server-{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}", "bin",
            OperatingSystem.IsWindows() ? "toolbox.exe" : "toolbox");
        return File.Exists(program) ? program : null;
    }

    public Task<ServiceProcess> StartGatewayAsync(CancellationToken cancellationToken)
    {
        Write();
        return ServiceProcess.StartAsync("ToolGateway", new Dictionary<string, string>(Environment()) { ["Tools__File"] = _file }, cancellationToken);
    }

    public Task<ServiceProcess> StartToolboxAsync(string program, CancellationToken cancellationToken)
    {
        Write();
        return ServiceProcess.StartAsync(
            program,
            port => ["--config", _file, "--enable-api", "--disable-reload", "--disable-version-check", "--log-level", "ERROR", "--port", $"{port}"],
            Environment(),
            "/",
            cancellationToken);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    // The file's own form of a variable, which an interpolated text cannot hold.
    private void Write() => File.WriteAllText(_file, ToolCase.File.Replace("$[", "${", StringComparison.Ordinal).Replace(']', '}'));

    private Dictionary<string, string> Environment() => new()
    {
        ["BENCH_HOST"] = database.Host!,
        ["BENCH_PORT"] = $"{database.Port}",
        ["BENCH_DATABASE"] = database.Database!,
        ["BENCH_USER"] = database.Username!,
        ["BENCH_PASSWORD"] = database.Password!,
    };
}
