using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MySqlConnector;
using Runtime.Hosting;

namespace Runtime.Testing;

/// <summary>A MariaDB server of this machine's own programs, empty, on loopback. Tests only: the AppHost composes none.</summary>
/// <remarks>Its time zone is not UTC and its character set not UTF-8, so that a store which relies on either is found out.</remarks>
internal static class MariaDbServer
{
    public const string Install = "install it (Debian: apt-get install mariadb-server)";

    private const string EndpointName = "tcp";

    // Each program takes its data folder with its user, and gives up root by itself. exec: the server gets the signals.
    private const string Script = """
        mariadb-install-db --no-defaults "--user=$1" "--datadir=$2/data" --skip-test-db --auth-root-authentication-method=socket >"$2/install.log" 2>&1 || { cat "$2/install.log"; exit 1; }
        exec mariadbd --no-defaults "--user=$1" "--datadir=$2/data" --bind-address=127.0.0.1 "--port=$3" "--socket=$2/data/server.sock" \
            --skip-name-resolve --default-time-zone=+05:30 "--init-file=$2/init.sql"
        """;

    /// <summary>Adds the server to the graph of a test program; <see langword="null"/> where its programs are absent.</summary>
    /// <param name="folder">An empty folder that its user can get through to.</param>
    public static (string Name, Func<ValueTask<string?>> Address)? Add(IDistributedApplicationBuilder builder, string name, string folder)
    {
        var path = string.Join(':', Environment.GetEnvironmentVariable("PATH"), "/usr/local/sbin", "/usr/sbin");
        if (!path.Split(':').Any(place => File.Exists(Path.Combine(place, "mariadbd"))))
        {
            return null;
        }

        var password = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        var server = builder.AddExecutable(name, "sh", folder).WithEndpoint(name: EndpointName).WithEnvironment("PATH", path);
        var endpoint = server.GetEndpoint(EndpointName);
        server.WithArgs(context =>
        {
            File.WriteAllText(Path.Combine(folder, "init.sql"), $"""
                CREATE DATABASE sessions;
                CREATE USER 'runtime'@'127.0.0.1' IDENTIFIED BY '{password}';
                GRANT ALL ON *.* TO 'runtime'@'127.0.0.1' WITH GRANT OPTION;
                """);
            foreach (var argument in new object[] { "-c", Script, "sh", ServerUser(), folder, endpoint.Property(EndpointProperty.TargetPort) })
            {
                context.Args.Add(argument);
            }
        });

        var address = ReferenceExpression.Create($"mariadb://runtime:{password}@127.0.0.1:{endpoint.Property(EndpointProperty.Port)}/sessions");
        builder.Services.AddHealthChecks().AddCheck(name, new Ready(endpoint, password));
        server.WithHealthCheck(name);
        return (name, () => address.GetValueAsync(CancellationToken.None));
    }

    /// <summary>The server refuses to run as root.</summary>
    private static string ServerUser() =>
        !Environment.IsPrivilegedProcess ? Environment.UserName
        : File.ReadLines("/etc/passwd").Any(line => line.StartsWith("mysql:", StringComparison.Ordinal)) ? "mysql" : "nobody";

    private sealed class Ready(EndpointReference endpoint, string password) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var connection = new MySqlConnection(
                    $"Server=127.0.0.1;Port={endpoint.Port};User ID=runtime;Password={password};Database=sessions;Pooling=false");
                await connection.OpenAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (MySqlException error)
            {
                return HealthCheckResult.Unhealthy($"MariaDB does not answer: {error.Message}");
            }
        }
    }
}
