using Microsoft.Extensions.Logging;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;
using Runtime.Storage.Connections;
using Runtime.Storage.Dialects.Spanner;

namespace Runtime.Bootstrap.Integrations;

/// <summary>The session database that the settings name, opened with the clients of this process.</summary>
public sealed class SessionDatabase(
    SettingsSnapshot settings, StorageDialects dialects, SpannerClient spanner, SpannerAdminClient spannerAdmin, ILoggerFactory loggers)
{
    /// <summary>Gets the name that the address was found under, else the one to set.</summary>
    public string SettingName => settings[SessionDatabaseIntegration.Address].Name ?? SessionDatabaseIntegration.Address.Variable;

    /// <summary>Gets the address. It may hold a password.</summary>
    /// <exception cref="NotConfiguredException">No setting says one.</exception>
    public string Address => settings.Get(SessionDatabaseIntegration.Address) ?? throw new NotConfiguredException(
        SessionDatabaseIntegration.Title, "SESSION_DB_NOT_CONFIGURED", "No session database is named.",
        $"export {SessionDatabaseIntegration.Address.Variable}={SessionDatabaseIntegration.Address.Local}");

    /// <summary>Opens the store. It does not connect yet.</summary>
    /// <exception cref="NotConfiguredException">No setting says an address, or it cannot work, whatever the database does.</exception>
    public ISessionStore Open(TimeProvider time, StorageLimits limits)
    {
        try
        {
            return dialects.Open(Address, new() { Time = time, Limits = limits, Loggers = loggers, Spanner = new SpannerClients(spanner, spannerAdmin) });
        }
        catch (ConnectionUrlException error)
        {
            throw new NotConfiguredException(SessionDatabaseIntegration.Title, "SESSION_DB_URL_INVALID", error.Problem, error.Fix);
        }
    }
}
