using System.Globalization;
using System.Security.Cryptography;

namespace Runtime.Hosting.Execution;

/// <summary>Runs containers through the command line of the machine's container engine.</summary>
internal static class ContainerCommand
{
    private static readonly string[] Engines = ["docker", "podman"];

    /// <summary>Pulls the image if need be, and returns the command that runs the container in the foreground.</summary>
    public static async Task<LaunchPlan> PlanAsync(
        ContainerResource container, string directory, Dictionary<string, string?> environment, List<string> args, Action<string> onLine, CancellationToken cancellationToken)
    {
        if (container.Annotations.OfType<ResourceRelationshipAnnotation>().FirstOrDefault(relation => relation.Resource is IResourceWithEndpoints) is { } relation)
        {
            // An address of this machine's loopback means another machine inside a container.
            throw new DistributedApplicationException(
                $"Container '{container.Name}' refers to '{relation.Resource.Name}', and this orchestrator connects no container to other resources. Fix: run with -p:Orchestrator=Aspire.");
        }

        var engine = await FindEngineAsync(directory, cancellationToken);
        var image = container.Annotations.OfType<ContainerImageAnnotation>().FirstOrDefault()?.Reference
            ?? throw new DistributedApplicationException($"Container '{container.Name}' has no image. Fix: call WithImage.");
        await EnsureImageAsync(engine, image, directory, onLine, cancellationToken);

        // The AppHost's process id in the name tells a person whose container it is; the random part keeps two runs apart.
        var name = $"runtime-{container.Name}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
        var command = new List<string> { "run", "--rm", "--name", name, "--pull", "never" };
        if (Path.GetFileNameWithoutExtension(engine) == "docker")
        {
            // A program that is process 1 ignores signals it has no handler for; an init before it lets it end at once.
            // Podman's init is a separate package that may be missing.
            command.Add("--init");
        }

        foreach (var endpoint in container.Annotations.OfType<EndpointAnnotation>())
        {
            var allocated = endpoint.AllocatedEndpoint!;
            command.AddRange(["--publish", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{allocated.Port}:{allocated.TargetPort}")]);
        }

        foreach (var mount in container.Annotations.OfType<ContainerMountAnnotation>())
        {
            command.AddRange(["--volume", (mount.Source is null ? "" : mount.Source + ":") + mount.Target + (mount.IsReadOnly ? ":ro" : "")]);
        }

        // By name only: the engine takes the values from its own environment, so that none shows in the process list.
        command.AddRange(environment.Keys.SelectMany(variable => new[] { "--env", variable }));
        if (container.Entrypoint is { } entrypoint)
        {
            command.AddRange(["--entrypoint", entrypoint]);
        }

        return new LaunchPlan(engine, [.. command, image, .. args], directory, environment) { Cleanup = [engine, "rm", "--force", "--volumes", name] };
    }

    /// <summary>Removes a container that may be there still. Failing means that it is gone.</summary>
    public static async Task CleanUpAsync(IReadOnlyList<string> command)
    {
        var plan = new LaunchPlan(command[0], [.. command.Skip(1)], Path.GetTempPath(), new Dictionary<string, string?>());
        await using var remove = LaunchedProcess.Start(plan, _ => { });
        await remove.Exited;
    }

    /// <summary>Returns the first engine that answers: a client without its engine is no use.</summary>
    private static async Task<string> FindEngineAsync(string directory, CancellationToken cancellationToken)
    {
        string? installed = null;
        foreach (var engine in Engines.Select(Programs.Find).OfType<string>())
        {
            installed ??= engine;
            if (await RunAsync(engine, ["info"], directory, _ => { }, cancellationToken) == 0)
            {
                return engine;
            }
        }

        throw new DistributedApplicationException(installed is null
            ? "No container engine was found. Fix: install Docker or Podman, or supply the resource in another way."
            : $"{Path.GetFileName(installed)} is installed, and its engine does not answer. Fix: start it.");
    }

    private static async Task<int> RunAsync(string engine, string[] arguments, string directory, Action<string> onLine, CancellationToken cancellationToken)
    {
        await using var process = LaunchedProcess.Start(new LaunchPlan(engine, arguments, directory, new Dictionary<string, string?>()), onLine);
        return await process.Exited.WaitAsync(cancellationToken);
    }

    private static async Task EnsureImageAsync(string engine, string image, string directory, Action<string> onLine, CancellationToken cancellationToken)
    {
        if (await RunAsync(engine, ["image", "inspect", image], directory, _ => { }, cancellationToken) == 0)
        {
            return;
        }

        onLine($"pulling {image}");
        var last = "";
        var code = await RunAsync(engine, ["pull", image], directory, line => onLine(last = line), cancellationToken);
        if (code != 0)
        {
            throw new DistributedApplicationException($"Image '{image}' cannot be had: {last} Fix: {Path.GetFileName(engine)} pull {image}");
        }
    }
}
