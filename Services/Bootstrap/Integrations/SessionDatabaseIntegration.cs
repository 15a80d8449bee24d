using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.Storage;
using Runtime.Storage.Connections;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Where the session service keeps sessions.</summary>
public sealed class SessionDatabaseIntegration : Integration
{
    /// <summary>What the runbook calls it.</summary>
    public const string Title = "Session database";

    /// <summary>Where sessions are kept. The first name is that of the AppHost's reference, the second that of many deployments of ADK.</summary>
    public static readonly Setting Address = new("where sessions are kept: a URL, or an Npgsql keyword string", "ConnectionStrings:sessions", "SESSION_SERVICE_URI")
    {
        IsSecret = true,
        Sample = "postgresql://<user>:<password>@<host>:5432/<database>",
        Local = "sqlite:///./sessions.db",
    };

    public override string Name => Title;

    public override IReadOnlyList<Setting> Settings => [Address];

    public override string Endpoint => "as the address says";

    public override string Question => "which tables there are; nothing is made or changed";

    public override IReadOnlyList<Remedy> Remedies { get; } =
    [
        new("SESSION_DB_NOT_CONFIGURED", IntegrationState.NotConfigured, "no address; the service does not start", $"export {Address.Variable}={Address.Local}"),
        new("SESSION_DB_URL_INVALID", IntegrationState.Invalid, "the address cannot work; the service does not start", "write the form in the text, the nearest to what came"),
        new("SESSION_DB_UNREACHABLE", IntegrationState.Unreachable, "the server does not answer; the service recovers by itself when it does", "pg_isready -h <host> -p <port>"),
        new("SESSION_DB_DENIED", IntegrationState.Denied, "wrong user, password or database; SQLite: a file that cannot be opened, or is none", "correct the address as the text says"),
        new("SESSION_DB_NOT_WRITABLE", IntegrationState.Denied, "the disk is full, or the server is a read-only replica", "free space, or name the primary server"),
        new("SESSION_DB_CONTENTION", IntegrationState.Unreachable, "many writers on the same rows", "send the call again"),
        new("SESSION_DB_TIMEOUT", IntegrationState.Unreachable, "the server did not finish in its time", "send the call again"),
        new("SESSION_SCHEMA_OUTDATED", IntegrationState.Invalid, "tables of ADK schema version 0, or of a layout that no ADK makes; they are left as they are", "migrate, as docs/migration.md says"),
        new("SESSION_SCHEMA_MIGRATING", IntegrationState.Unreachable, "a migration is running, or was interrupted", "wait until it is done; if none is running, run it again"),
        new("SESSION_SCHEMA_TOO_NEW", IntegrationState.Invalid, "tables of a later schema version", "upgrade the service"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var database = preflight.Sessions;
        try
        {
            await using var store = database.Open(TimeProvider.System, new());
            var tables = await store.InspectAsync(cancellationToken);
            return new(ConnectionUrl.Mask(database.Address), Note: tables switch
            {
                SessionTables.None => "It has no tables of sessions yet; the session service makes them when it starts.",
                SessionTables.Incomplete => "Its tables lack what is the session service's own; the service adds it when it starts.",
                _ => null,
            });
        }
        catch (StorageException error)
        {
            throw NotConfigured(error.Failure.Code(), error.Problem, error.Fix);
        }
    }
}
