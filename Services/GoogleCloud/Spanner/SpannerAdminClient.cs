using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Cloud.Spanner.Admin.Instance.V1;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Lists, describes, creates and drops instances and databases, changes schemas, and waits until it is done.</summary>
/// <remarks>What belongs to something is asked by its full name: <c>projects/p</c>, <c>projects/p/instances/i</c>.</remarks>
public sealed class SpannerAdminClient(GoogleConnection connection)
{
    /// <summary>Returns the configs (places and replication) that instances of a project can be made by.</summary>
    public Task<List<InstanceConfig>> ListInstanceConfigsAsync(string project, CancellationToken cancellationToken) => PagesAsync(
        ("parent", project),
        (channel, call, page) => new InstanceAdmin.InstanceAdminClient(channel)
            .ListInstanceConfigsAsync(new ListInstanceConfigsRequest { Parent = project, PageToken = page }, call),
        answer => (answer.InstanceConfigs, answer.NextPageToken),
        cancellationToken);

    public Task<InstanceConfig> GetInstanceConfigAsync(string config, CancellationToken cancellationToken) => connection.CallAsync(
        CallPolicies.Admin,
        ("name", config),
        (channel, call) => new InstanceAdmin.InstanceAdminClient(channel).GetInstanceConfigAsync(new GetInstanceConfigRequest { Name = config }, call),
        cancellationToken);

    public Task<List<Instance>> ListInstancesAsync(string project, CancellationToken cancellationToken) => PagesAsync(
        ("parent", project),
        (channel, call, page) => new InstanceAdmin.InstanceAdminClient(channel)
            .ListInstancesAsync(new ListInstancesRequest { Parent = project, PageToken = page }, call),
        answer => (answer.Instances, answer.NextPageToken),
        cancellationToken);

    public Task<Instance> GetInstanceAsync(string instance, CancellationToken cancellationToken) => connection.CallAsync(
        CallPolicies.Admin,
        ("name", instance),
        (channel, call) => new InstanceAdmin.InstanceAdminClient(channel).GetInstanceAsync(new GetInstanceRequest { Name = instance }, call),
        cancellationToken);

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

    /// <summary>Drops an instance and every database in it.</summary>
    public Task DeleteInstanceAsync(string instance, CancellationToken cancellationToken) => connection.CallAsync(
        CallPolicies.Admin,
        ("name", instance),
        (channel, call) => new InstanceAdmin.InstanceAdminClient(channel).DeleteInstanceAsync(new DeleteInstanceRequest { Name = instance }, call),
        cancellationToken);

    public Task<List<Database>> ListDatabasesAsync(string instance, CancellationToken cancellationToken) => PagesAsync(
        ("parent", instance),
        (channel, call, page) => new DatabaseAdmin.DatabaseAdminClient(channel)
            .ListDatabasesAsync(new ListDatabasesRequest { Parent = instance, PageToken = page }, call),
        answer => (answer.Databases, answer.NextPageToken),
        cancellationToken);

    /// <summary>Returns the statements that make the schema, in an order in which they can be run.</summary>
    public async Task<IReadOnlyList<string>> GetSchemaAsync(string database, CancellationToken cancellationToken)
    {
        var answer = await connection.CallAsync(
            CallPolicies.Admin,
            ("database", database),
            (channel, call) => new DatabaseAdmin.DatabaseAdminClient(channel).GetDatabaseDdlAsync(new GetDatabaseDdlRequest { Database = database }, call),
            cancellationToken);
        return answer.Statements;
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

    private async Task<List<TItem>> PagesAsync<TAnswer, TItem>(
        (string Name, string Value) route,
        Func<CallInvoker, CallOptions, string, AsyncUnaryCall<TAnswer>> ask,
        Func<TAnswer, (IEnumerable<TItem> Items, string NextPage)> read,
        CancellationToken cancellationToken)
    {
        List<TItem> all = [];
        var page = "";
        do
        {
            var token = page;
            var answer = await connection.CallAsync(CallPolicies.Admin, route, (channel, call) => ask(channel, call, token), cancellationToken);
            (var items, page) = read(answer);
            all.AddRange(items);
        }
        while (page.Length > 0);

        return all;
    }
}
