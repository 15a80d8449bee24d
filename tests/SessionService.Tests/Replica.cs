using Microsoft.Extensions.DependencyInjection;
using Runtime.SessionService.Watch;
using Runtime.Storage;
using Runtime.Storage.Dialects.InMemory;

namespace Runtime.SessionService.Tests;

/// <summary>A service in front of a store that a test holds, so that several of them are replicas of each other.</summary>
internal sealed class Replica(ISessionStore store, params (string Name, string Value)[] settings) : SessionServiceHost
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = settings
        .Append(("ConnectionStrings:sessions", "memory://"))
        .ToDictionary(setting => setting.Item1, setting => setting.Item2);

    /// <summary>Returns a database in memory, for one or several replicas.</summary>
    public static ISessionStore NewDatabase() => new InMemorySessionStore(TimeProvider.System, new StorageLimits());

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<ISessionStore>(provider => new PublishingSessionStore(
        store, provider.GetRequiredService<SessionHub>(), provider.GetRequiredService<SessionMetrics>()));
}
