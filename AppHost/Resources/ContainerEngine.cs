namespace Runtime.AppHost.Resources;

/// <summary>The container engine of this machine, if one answers.</summary>
internal sealed class ContainerEngine
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly Lazy<ContainerEngine?> Answering = new(Ask);
    private readonly string _command;

    private ContainerEngine(string name, string command) => (Name, _command) = (name, command);

    public string Name { get; }

    /// <summary>Gets the first engine that answers, or <see langword="null"/>: a command line client alone is not an engine. Asked once.</summary>
    public static ContainerEngine? Current => Answering.Value;

    public bool Has(string image) => LocalProgram.Run(_command, ["image", "inspect", "--format", "{{.Id}}", image], Limit) is not null;

    private static ContainerEngine? Ask()
    {
        // Without a format: the two have no field in common.
        foreach (var name in new[] { "docker", "podman" })
        {
            if (LocalProgram.Find(name) is { } command && LocalProgram.Run(command, ["info"], Limit) is not null)
            {
                return new ContainerEngine(name, command);
            }
        }

        return null;
    }
}
