using Google.Cloud.Spanner.Admin.Database.V1;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.Smoke.Framework;

/// <summary>Spanner databases of suites: on the emulator in an instance of their own, live in the instance that the settings name.</summary>
public static class SmokeSpanner
{
    private const string Variable = "Integrations__Spanner__Database";

    /// <summary>Creates an empty database, and drops what earlier runs left that were killed.</summary>
    /// <param name="afterwards">Takes what has to be done to remove it, before it is there.</param>
    /// <returns>Its full name: <c>projects/p/instances/i/databases/d</c>.</returns>
    public static async Task<string> CreateDatabaseAsync(
        SmokeGateway gateway, SmokeMode mode, DatabaseDialect dialect, Action<Func<CancellationToken, Task>> afterwards, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(afterwards);

        var admin = gateway.Client<SpannerAdminClient>();
        var name = SmokeName.New();
        string instance;
        if (mode is SmokeMode.Live)
        {
            instance = InstanceOf(LiveNeeds.RequireVariable(Variable, $"export {Variable}=projects/<project-id>/instances/<instance>/databases/<database>"));
            var databases = await admin.ListDatabasesAsync(instance, cancellationToken);
            await SmokeName.SweepAsync(databases.Select(database => database.Name), admin.DropDatabaseAsync, cancellationToken);
            afterwards(cancellation => admin.DropDatabaseAsync($"{instance}/databases/{name}", cancellation));
        }
        else
        {
            instance = $"projects/{gateway.Project}/instances/{name}";
            var instances = await admin.ListInstancesAsync($"projects/{gateway.Project}", cancellationToken);
            await SmokeName.SweepAsync(instances.Select(old => old.Name), admin.DeleteInstanceAsync, cancellationToken);
            afterwards(cancellation => admin.DeleteInstanceAsync(instance, cancellation));
            await admin.CreateInstanceAsync(gateway.Project, name, "emulator-config", cancellationToken);
        }

        await admin.CreateDatabaseAsync(instance, name, dialect, cancellationToken);
        return $"{instance}/databases/{name}";
    }

    private static string InstanceOf(string database) => database[..database.LastIndexOf("/databases/", StringComparison.Ordinal)];
}
