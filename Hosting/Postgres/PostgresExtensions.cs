using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Runtime.Hosting;

/// <summary>PostgreSQL as Aspire.Hosting.PostgreSQL names it.</summary>
public static class PostgresExtensions
{
    private const string Registry = "docker.io";
    private const string Image = "library/postgres";
    private const string Tag = "17.6";

    /// <summary>Adds a PostgreSQL server in a container.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Resource name.</param>
    /// <param name="userName">Superuser; default <c>postgres</c>.</param>
    /// <param name="password">Its password; by default generated, and kept in the user secrets as <c>Parameters:&lt;name&gt;-password</c>.</param>
    /// <param name="port">Port on this machine; <see langword="null"/> picks a free one.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        password ??= builder.AddParameter($"{name}-password", new GenerateParameterDefault(), secret: true, persist: true);
        var server = new PostgresServerResource(name, userName?.Resource, password.Resource);
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().AddAsyncCheck(key, token => AskAsync(server, null, token));

        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, name: PostgresServerResource.EndpointName)
            .WithImage(Image, Tag)
            .WithImageRegistry(Registry)
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256")
            .WithEnvironment(context =>
            {
                context.EnvironmentVariables["POSTGRES_USER"] = server.UserNameReference;
                context.EnvironmentVariables["POSTGRES_PASSWORD"] = server.PasswordParameter;
            })
            .WithHealthCheck(key);
    }

    /// <summary>Adds a database, created in the server when it is missing.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">Resource name, and the connection name that services ask for.</param>
    /// <param name="databaseName">Name in the server; default the resource's name.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        var key = $"{name}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(key, token => AskAsync(builder.Resource, database.DatabaseName, token));
        return builder.ApplicationBuilder.AddResource(database).WithHealthCheck(key);
    }

    /// <summary>Keeps the data in a named volume, so that it survives the container.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">Volume name; default from the AppHost and the resource.</param>
    /// <param name="isReadOnly">Whether the server may not write.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var application = builder.ApplicationBuilder.Environment.ApplicationName;
        return builder.WithVolume(name ?? $"{application}-{builder.Resource.Name}-data".ToLowerInvariant(), "/var/lib/postgresql/data", isReadOnly);
    }

    private static async Task<HealthCheckResult> AskAsync(PostgresServerResource server, string? database, CancellationToken cancellationToken)
    {
        try
        {
            var address = await ((IResourceWithConnectionString)server).GetConnectionStringAsync(cancellationToken);
            await using var connection = new NpgsqlConnection($"{address};Database=postgres;Pooling=false;Timeout=5");
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1 FROM pg_database WHERE datname = $1";
            command.Parameters.Add(new() { Value = database ?? "postgres" });
            if (await command.ExecuteScalarAsync(cancellationToken) is not null)
            {
                return HealthCheckResult.Healthy();
            }

            await using var create = connection.CreateCommand();
            create.CommandText = $"CREATE DATABASE \"{database!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            await create.ExecuteNonQueryAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"PostgreSQL does not answer: {error.Message}", error);
        }
    }
}
