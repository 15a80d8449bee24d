using Microsoft.Extensions.DependencyInjection;

namespace Runtime.AppHost.Resources.Postgres;

/// <summary>Where sessions are kept: PostgreSQL however it is supplied, or SQLite where it cannot be.</summary>
/// <param name="Connection">What the session service is given.</param>
/// <param name="Wait">What has to be healthy first; <see langword="null"/> where nothing is started.</param>
public sealed record SessionDatabase(IResourceBuilder<IResourceWithConnectionString> Connection, IResourceBuilder<IResource>? Wait);

/// <summary>Adds the session database.</summary>
public static class SessionDatabaseExtensions
{
    private const string Product = "Postgres";
    private const string AddressVariable = "SESSION_SERVICE_URI";

    /// <summary>Adds PostgreSQL as <c>Backing__Postgres</c> says, with one database. Without PostgreSQL, sessions live in a SQLite file.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Resource name of the server.</param>
    /// <param name="database">Name of the database, and of the connection that services ask for.</param>
    public static SessionDatabase AddSessionDatabase(this IDistributedApplicationBuilder builder, string name, string database)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return AddContainer(builder, name, database);
        }

        var programs = PostgresPrograms.Find();
        var supply = Supply.Choose(
            builder.Configuration, Product, PostgresImage.Reference, programs?.Server, "install PostgreSQL 13 or newer (Debian: apt-get install postgresql)");

        switch (supply.Mode)
        {
            case SupplyMode.Container:
                return AddContainer(builder, name, database);
            case SupplyMode.Process:
                return AddProcess(builder, name, database, programs!);
            case SupplyMode.Live:
                return new SessionDatabase(AddLive(builder, database), null);
            default:
                builder.AddAbsent(name, $"sessions are kept in SQLite: {supply.Why}");
                var file = Path.Combine(StateDirectory.Of(builder), "sessions.db");
                // Four slashes: an absolute path, as SQLAlchemy counts them.
                return new SessionDatabase(builder.AddConnectionString(database, ReferenceExpression.Create($"sqlite:///{file}")), null);
        }
    }

    /// <summary>Connects a service to the database, and lets it wait where something has to start first.</summary>
    public static IResourceBuilder<ProjectResource> WithDatabase(this IResourceBuilder<ProjectResource> builder, SessionDatabase database)
    {
        builder.WithReference(database.Connection);
        return database.Wait is { } wait ? builder.WaitFor(wait) : builder;
    }

    // ADK's own variable is enough, as it is where the service runs alone.
    private static IResourceBuilder<IResourceWithConnectionString> AddLive(IDistributedApplicationBuilder builder, string database) =>
        builder.Configuration[$"ConnectionStrings:{database}"] is null or "" && builder.Configuration[AddressVariable] is { Length: > 0 } address
            ? builder.AddConnectionString(database, ReferenceExpression.Create($"{address}"))
            : builder.AddConnectionString(database);

    private static SessionDatabase AddContainer(IDistributedApplicationBuilder builder, string name, string database)
    {
        var resource = builder.AddPostgres(name)
            .WithImage(PostgresImage.Name, PostgresImage.Tag)
            .WithImageRegistry(PostgresImage.Registry)
            .WithDataVolume(VolumeName(builder))
            .AddDatabase(database);
        return new SessionDatabase(resource, resource);
    }

    /// <summary>One volume for each state directory, whose lock then keeps two servers from sharing it: in containers they would not see each other.</summary>
    private static string VolumeName(IDistributedApplicationBuilder builder) =>
        "runtime-postgres-data" + (builder.ExecutionContext.IsPublishMode ? "" : "-" + StateDirectory.Mark(StateDirectory.Of(builder)));

    private static SessionDatabase AddProcess(IDistributedApplicationBuilder builder, string name, string database, PostgresPrograms programs)
    {
        var password = builder.AddParameter($"{name}-password", new GenerateParameterDefault { MinLength = 22 }, secret: true, persist: true);
        var cluster = new PostgresCluster(programs, Path.Combine(StateDirectory.Of(builder), "postgres"));
        var resource = new PostgresProcessResource(name, database, cluster, password.Resource);

        var key = $"{name}_ready";
        builder.Services.AddHealthChecks().AddCheck(key, new PostgresReadyProbe(resource));
        var server = builder.AddResource(resource)
            .WithEndpoint(name: PostgresProcessResource.EndpointName)
            .WithArgs(resource.AddArguments)
            .WithHealthCheck(key);

        // The connection keeps the database's name, as it has with a container, so services see no difference.
        var connection = builder.AddConnectionString(database, resource.ConnectionStringExpression);
        return new SessionDatabase(connection, server);
    }
}

/// <summary>The vendor's image.</summary>
public static class PostgresImage
{
    public const string Registry = "docker.io";
    public const string Name = "library/postgres";
    public const string Tag = "17.6";

    public static string Reference => $"{Registry}/{Name}:{Tag}";
}
