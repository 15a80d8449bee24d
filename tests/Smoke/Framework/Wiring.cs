using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runtime.Bootstrap;

namespace Runtime.Smoke.Framework;

/// <summary>What the bootstrap layer makes of a configuration, as a service has it.</summary>
public static class Wiring
{
    /// <summary>Wires clients from a configuration.</summary>
    /// <param name="replace">Replaces what makes some of them.</param>
    public static ServiceProvider Of(IConfiguration configuration, Action<BootstrapBuilder>? replace = null)
    {
        var bootstrap = new ServiceCollection().AddLogging(logging => logging.ClearProviders()).AddSingleton(configuration).AddBootstrap();
        replace?.Invoke(bootstrap);
        return bootstrap.Services.BuildServiceProvider();
    }

    /// <summary>Makes a configuration of a machine that has these settings and nothing else: nothing of the environment, and no login of a person.</summary>
    public static IConfigurationRoot Alone(params IEnumerable<(string Name, string? Value)> settings)
    {
        Dictionary<string, string?> all = new() { ["HOME"] = "/nonexistent", ["APPDATA"] = "/nonexistent", ["NO_GCE_CHECK"] = "true" };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(all).Build();
    }
}
