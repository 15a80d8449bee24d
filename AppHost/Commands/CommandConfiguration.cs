using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Runtime.AppHost.Commands;

/// <summary>The settings that a command sees: those that the AppHost would see, started here.</summary>
/// <param name="Builder">The sources, for a command that has more.</param>
/// <param name="AppHostDirectory">Where the AppHost is.</param>
/// <param name="StateDirectory">Where the stack that the command is about keeps its data.</param>
internal sealed record CommandConfiguration(IConfigurationBuilder Builder, string AppHostDirectory, string StateDirectory)
{
    /// <summary>Gets the root of the checkout.</summary>
    public string Repository => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppHostDirectory))!;

    /// <summary>Reads the settings.</summary>
    /// <param name="stateDirectory">What the command line says; <see langword="null"/> where it says nothing.</param>
    public static CommandConfiguration Read(string? stateDirectory)
    {
        var assembly = typeof(CommandConfiguration).Assembly;
        // Where the sources are; a copy that was published elsewhere takes the folder it is started in.
        var recorded = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(fact => fact.Key == "apphostprojectpath")?.Value;
        var folder = recorded is not null && Directory.Exists(recorded) ? recorded : Directory.GetCurrentDirectory();
        var builder = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(folder, "appsettings.json"), optional: true)
            .AddUserSecrets(assembly, optional: true)
            .AddEnvironmentVariables();
        if (stateDirectory is not null)
        {
            builder.AddInMemoryCollection([new(Resources.StateDirectory.Setting, stateDirectory)]);
        }

        return new(builder, folder, Resources.StateDirectory.Of(builder.Build(), folder));
    }
}
