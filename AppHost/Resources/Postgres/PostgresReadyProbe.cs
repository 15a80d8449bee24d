using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Runtime.AppHost.Resources.Postgres;

/// <summary>Asks the session database a question, with the password that the service will use.</summary>
internal sealed class PostgresReadyProbe(PostgresProcessResource server) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var address = await server.ConnectionStringExpression.GetValueAsync(cancellationToken);
            await using var connection = new NpgsqlConnection($"{address};Pooling=false;Timeout=3");
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT current_setting('server_version')", connection);
            return HealthCheckResult.Healthy($"process: PostgreSQL {await command.ExecuteScalarAsync(cancellationToken)}, data in {server.Data}");
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            return HealthCheckResult.Unhealthy($"PostgreSQL does not answer: {error.Message}");
        }
    }
}
