using Microsoft.Extensions.Configuration;

namespace Runtime.GoogleCloud.Connection;

/// <summary>The project that a person chose with <c>gcloud config set project</c>, from the files of the command, which is not run.</summary>
/// <remarks>Files and variables: https://cloud.google.com/sdk/docs/configurations and https://cloud.google.com/sdk/docs/properties.</remarks>
internal static class GcloudConfiguration
{
    private const string ProjectVariable = "CLOUDSDK_CORE_PROJECT";

    /// <returns>The project, and where it is from.</returns>
    public static (string Project, string Source)? ProjectOf(IConfiguration settings, string directory)
    {
        if (TextOf(settings[ProjectVariable]) is { } variable)
        {
            return (variable, ProjectVariable);
        }

        try
        {
            var name = TextOf(settings["CLOUDSDK_ACTIVE_CONFIG_NAME"]) ?? FirstLineOf(Path.Combine(directory, "active_config")) ?? "default";
            var file = Path.Combine(directory, "configurations", $"config_{name}");
            return File.Exists(file) && ProjectIn(File.ReadLines(file)) is { } project ? (project, $"gcloud configuration '{name}'") : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // [core]
    // account = ada@example.com
    // project = my-project
    private static string? ProjectIn(IEnumerable<string> lines)
    {
        var isCore = false;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                isCore = line is "[core]";
            }
            else if (isCore && line.Split('=', 2) is [var key, var value] && key.TrimEnd() is "project")
            {
                return TextOf(value);
            }
        }

        return null;
    }

    private static string? FirstLineOf(string file) => File.Exists(file) ? TextOf(File.ReadLines(file).FirstOrDefault()) : null;

    private static string? TextOf(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
