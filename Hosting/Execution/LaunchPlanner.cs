using System.Collections;

namespace Runtime.Hosting.Execution;

/// <summary>Turns what was said about a resource into a program to start.</summary>
internal static class LaunchPlanner
{
    /// <summary>Returns the plan, or <see langword="null"/> for a resource that is only known by name.</summary>
    public static async Task<LaunchPlan?> PlanAsync(
        IResource resource, ApplicationGraph graph, ProjectBuild build, ResourceNotificationService notifications, Action<string, string> tell, CancellationToken cancellationToken)
    {
        switch (resource)
        {
            case ProjectResource project:
                tell(KnownResourceStates.Building, "dotnet build");
                var output = await build.OutputOfAsync(project).WaitAsync(cancellationToken);
                var (variables, arguments) = await ResolveAsync(resource, graph, cancellationToken);
                return new LaunchPlan(Programs.DotNet, [output, .. arguments], Path.GetDirectoryName(ProjectBuild.PathOf(project))!, WithoutOurOwn(variables));

            case ExecutableResource executable:
                var (environment, args) = await ResolveAsync(resource, graph, cancellationToken);
                return new LaunchPlan(executable.Command, args, executable.WorkingDirectory, environment);

            case ContainerResource container:
                tell(KnownResourceStates.Starting, "container");
                var (inside, containerArgs) = await ResolveAsync(resource, graph, cancellationToken);
                return await ContainerCommand.PlanAsync(container, graph.Directory, inside, containerArgs, line => notifications.AddLine(resource, line), cancellationToken);

            case IValueProvider value:
                await value.GetValueAsync(cancellationToken);   // A missing value is told here, not by the first one who needs it.
                return null;

            default:
                return null;
        }
    }

    private static async Task<(Dictionary<string, string?> Environment, List<string> Arguments)> ResolveAsync(
        IResource resource, ApplicationGraph graph, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in await ResourceCallbacks.EnvironmentAsync(resource, graph.ExecutionContext, cancellationToken))
        {
            if (await TextOfAsync(value, cancellationToken) is { } text)
            {
                resolved[name] = text;
            }
        }

        var words = new List<string>();
        foreach (var arg in await ResourceCallbacks.ArgsAsync(resource, graph.ExecutionContext, cancellationToken))
        {
            words.Add(await TextOfAsync(arg, cancellationToken) ?? "");
        }

        return (resolved, words);
    }

    private static async ValueTask<string?> TextOfAsync(object value, CancellationToken cancellationToken) =>
        value is IValueProvider provider ? await provider.GetValueAsync(cancellationToken) : value.ToString();

    /// <summary>Variables that configure the AppHost itself would reconfigure a service that inherits them.</summary>
    private static Dictionary<string, string?> WithoutOurOwn(Dictionary<string, string?> variables)
    {
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key).Where(IsOurOwn))
        {
            variables.TryAdd(name, null);
        }

        return variables;
    }

    private static bool IsOurOwn(string name) =>
        name is "ASPNETCORE_URLS" or "DOTNET_URLS" or "HTTP_PORTS" or "HTTPS_PORTS" or "DOTNET_LAUNCH_PROFILE" or "ASPNETCORE_HTTP_PORTS" or "ASPNETCORE_HTTPS_PORTS"
        || name.StartsWith("ASPIRE_", StringComparison.Ordinal) || name.StartsWith("Kestrel__", StringComparison.OrdinalIgnoreCase);
}
