namespace Runtime.AppHost.Resources;

/// <summary>The container engine of this machine, if one answers.</summary>
internal sealed class ContainerEngine
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private readonly string _command;

    private ContainerEngine(string name, string command) => (Name, _command) = (name, command);

    public string Name { get; }

    /// <summary>Returns the first engine that answers, or <see langword="null"/>: a command line client alone is not an engine.</summary>
    public static ContainerEngine? Find()
    {
        foreach (var name in new[] { "docker", "podman" })
        {
            if (LocalProgram.Find(name) is { } command && LocalProgram.Run(command, ["info", "--format", "{{.ID}}"], Limit) is not null)
            {
                return new ContainerEngine(name, command);
            }
        }

        return null;
    }

    public bool Has(string image) => LocalProgram.Run(_command, ["image", "inspect", "--format", "{{.Id}}", image], Limit) is not null;
}
