using Microsoft.Extensions.DependencyInjection;
using Runtime.Hosting.Execution;

namespace Runtime.Hosting;

/// <summary>The commands that every resource that runs understands.</summary>
public static class KnownResourceCommands
{
    public const string StartCommand = "resource-start";
    public const string StopCommand = "resource-stop";
    public const string RestartCommand = "resource-restart";
}

/// <summary>How a command ended.</summary>
public sealed record ExecuteCommandResult(bool Success, string? ErrorMessage = null);

/// <summary>Starts, stops and restarts single resources of a running application.</summary>
public sealed class ResourceCommandService(IServiceProvider services)
{
    /// <summary>Carries out a command of <see cref="KnownResourceCommands"/>. A restarted resource keeps its endpoints.</summary>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var graph = services.GetRequiredService<ApplicationGraph>();
        var resource = graph.Resources.FirstOrDefault(candidate => string.Equals(candidate.Name, resourceId, StringComparison.OrdinalIgnoreCase));
        if (resource is null)
        {
            return new(false, $"No resource is called '{resourceId}'. Fix: use one of {string.Join(", ", graph.Resources.Select(known => known.Name))}.");
        }

        var orchestrator = services.GetRequiredService<Orchestrator>();
        Func<IResource, Task>? command = commandName switch
        {
            KnownResourceCommands.StartCommand => orchestrator.StartResourceAsync,
            KnownResourceCommands.StopCommand => orchestrator.StopResourceAsync,
            KnownResourceCommands.RestartCommand => orchestrator.RestartAsync,
            _ => null,
        };
        if (command is null)
        {
            return new(false, $"Command '{commandName}' is unknown. Fix: use resource-start, resource-stop or resource-restart.");
        }

        try
        {
            await command(resource).WaitAsync(cancellationToken);
            return new(true);
        }
        catch (DistributedApplicationException error)
        {
            return new(false, error.Message);
        }
    }
}
