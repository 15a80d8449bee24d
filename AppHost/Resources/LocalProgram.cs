using System.ComponentModel;
using System.Diagnostics;

namespace Runtime.AppHost.Resources;

/// <summary>Finds and asks programs of this machine.</summary>
internal static class LocalProgram
{
    /// <summary>Returns the full path of a program on PATH, or <see langword="null"/>.</summary>
    public static string? Find(string name)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, name + ending)))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Returns what a short question to a program printed, or <see langword="null"/> when it failed or took too long.</summary>
    public static string? Run(string program, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        try
        {
            return RunOrThrow(program, arguments, limit).Trim();
        }
        catch (Exception error) when (error is InvalidOperationException or TimeoutException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has its output.</exception>
    /// <exception cref="TimeoutException">It took longer than <paramref name="limit"/>, and was ended.</exception>
    public static string RunOrThrow(string program, IReadOnlyList<string> arguments, TimeSpan limit, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input ?? "");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{Path.GetFileName(program)} {string.Join(' ', arguments)}' took longer than {limit.TotalSeconds:0} s.");
        }

        var text = output.GetAwaiter().GetResult();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException(
            $"'{Path.GetFileName(program)}' ended with code {process.ExitCode}: {errors.GetAwaiter().GetResult().Trim()} {text.Trim()}");
    }
}
