using Runtime.ServiceDefaults.Settings;

namespace Runtime.SessionService.Expiry;

/// <summary>What expiry needs in the container.</summary>
internal static class ExpirySetup
{
    public static void AddSessionExpiry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<ExpiryOptions>(ExpiryOptions.Section);
        builder.Services.AddSingleton<SessionLifetimes>();
        builder.Services.AddHostedService<ExpirySweeper>();
    }
}
