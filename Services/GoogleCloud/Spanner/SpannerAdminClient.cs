using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Cloud.Spanner.Admin.Instance.V1;
using Runtime.GoogleCloud.Connection;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Creates instances, databases and tables, and waits until they are there.</summary>
public sealed class SpannerAdminClient(GoogleConnection connection)
{
    /// <summary>Creates an instance with one node.</summary>
    /// <param name="config">Id of the instance config; the emulator knows <c>emulator-config</c>.</param>
    public async Task CreateInstanceAsync(string project, string instance, string config, CancellationToken cancellationToken)
    {
        var request = new CreateInstanceRequest
        {
            Parent = $"projects/{project}",
            InstanceId = instance,
            Instance = new Instance
            {
                Name = $"projects/{project}/instances/{instance}",
                Config = $"projects/{project}/instanceConfigs/{config}",
                DisplayName = instance,
                NodeCount = 1,
            },
        };
        var operation = await connection.CallAsync(
            CallPolicies.Admin,
            ("parent", request.Parent),
            (channel, call) => new InstanceAdmin.InstanceAdminClient(channel).CreateInstanceAsync(request, call),
            cancellationToken);
        await LongRunning.WaitAsync(connection, operation, cancellationToken);
    }

    /// <summary>Creates an empty database.</summary>
    public async Task CreateDatabaseAsync(
        string instanceName, string database, DatabaseDialect dialect, CancellationToken cancellationToken)
    {
        var quote = dialect is DatabaseDialect.Postgresql ? '"' : '`';
        var request = new CreateDatabaseRequest
        {
            Parent = instanceName,
            CreateStatement = $"CREATE DATABASE {quote}{database}{quote}",
            DatabaseDialect = dialect,
        };
        var operation = await connection.CallAsync(
            CallPolicies.Admin,
            ("parent", instanceName),
            (channel, call) => new DatabaseAdmin.DatabaseAdminClient(channel).CreateDatabaseAsync(request, call),
            cancellationToken);
        await LongRunning.WaitAsync(connection, operation, cancellationToken);
    }

    /// <summary>Runs schema statements, in order, as one change.</summary>
    public async Task ChangeSchemaAsync(string database, IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        var request = new UpdateDatabaseDdlRequest { Database = database, Statements = { statements } };
        var operation = await connection.CallAsync(
            CallPolicies.Admin,
            ("database", database),
            (channel, call) => new DatabaseAdmin.DatabaseAdminClient(channel).UpdateDatabaseDdlAsync(request, call),
            cancellationToken);
        await LongRunning.WaitAsync(connection, operation, cancellationToken);
    }

    public Task DropDatabaseAsync(string database, CancellationToken cancellationToken) => connection.CallAsync(
        CallPolicies.Admin,
        ("database", database),
        (channel, call) => new DatabaseAdmin.DatabaseAdminClient(channel).DropDatabaseAsync(new DropDatabaseRequest { Database = database }, call),
        cancellationToken);
}
