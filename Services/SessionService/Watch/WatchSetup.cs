using Runtime.ServiceDefaults.Settings;

namespace Runtime.SessionService.Watch;

/// <summary>What watching needs in the container.</summary>
internal static class WatchSetup
{
    // A client whose machine went away says nothing; without a ping its streams would stay.
    private static readonly TimeSpan _ping = TimeSpan.FromSeconds(30);

    public static void AddSessionWatch(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.Http2.KeepAlivePingDelay = _ping);
        builder.Services.AddSettings<WatchOptions>(WatchOptions.Section);
        builder.Services.AddSingleton<SessionHub>();
        builder.Services.AddSingleton<SessionCatchUp>();
        builder.Services.AddSingleton<SessionWatching>();
        builder.Services.AddSingleton<SignalRelay>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SignalRelay>());
        builder.Services.AddHostedService<HeadPoller>();
    }
}
