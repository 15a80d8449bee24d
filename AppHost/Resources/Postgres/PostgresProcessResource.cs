namespace Runtime.AppHost.Resources.Postgres;

/// <summary>A PostgreSQL server that runs from this machine's own programs, with its data in the state directory.</summary>
public sealed class PostgresProcessResource : ExecutableResource, IResourceWithConnectionString
{
    internal const string EndpointName = "tcp";
    private readonly string _database;
    private readonly PostgresCluster _cluster;
    private readonly ParameterResource _password;
    private readonly EndpointReference _endpoint;

    internal PostgresProcessResource(string name, string database, PostgresCluster cluster, ParameterResource password)
        : base(name, cluster.Command, Path.GetTempPath())   // a folder that the server's own user may be in
    {
        (_database, _cluster, _password) = (database, cluster, password);
        _endpoint = new EndpointReference(this, EndpointName);
    }

    internal string Data => _cluster.Data;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={_endpoint.Property(EndpointProperty.Host)};Port={_endpoint.Property(EndpointProperty.Port)};Username={PostgresCluster.SuperUser};Password={_password};Database={_database}");

    /// <summary>Prepares the data folder, which is the last moment before the server needs it, and says how to start on it.</summary>
    internal void AddArguments(CommandLineArgsCallbackContext context)
    {
        var password = _password.GetValueAsync(context.CancellationToken).AsTask().GetAwaiter().GetResult()!;
        _cluster.Prepare(password, _database);
        foreach (var argument in _cluster.Arguments)
        {
            context.Args.Add(argument);
        }

        context.Args.Add("-p");
        context.Args.Add(_endpoint.Property(EndpointProperty.TargetPort));
    }
}
