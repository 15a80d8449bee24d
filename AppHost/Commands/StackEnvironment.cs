using Microsoft.Extensions.Configuration;
using Runtime.AppHost.Resources;
using Runtime.Bootstrap.Settings;

namespace Runtime.AppHost.Commands;

/// <summary>What the services of the running stack were given; nothing when no stack runs on the folder.</summary>
internal sealed class StackEnvironment(string folder) : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(folder);

    private sealed class Provider(string folder) : ConfigurationProvider, INamedSource
    {
        public string Name => "running stack";

        public override void Load()
        {
            var file = StackRecord.FileIn(folder);
            // An AppHost that was killed leaves its file behind, and lets its lock go.
            if (!File.Exists(file) || !StateDirectory.IsInUse(folder))
            {
                return;
            }

            foreach (var line in File.ReadLines(file))
            {
                var equals = line.IndexOf('=', StringComparison.Ordinal);
                Data[line[..equals].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] = line[(equals + 1)..];
            }
        }
    }
}
