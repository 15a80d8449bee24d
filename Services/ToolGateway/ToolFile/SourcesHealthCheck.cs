using Microsoft.Extensions.Diagnostics.HealthChecks;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Says which sources do not answer. The gateway serves the tools of the others, so that it is degraded and not unhealthy.</summary>
internal sealed class SourcesHealthCheck(ToolFiles files) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var problems = await Task.WhenAll(files.Sources.Select(source => ProblemAsync(source, cancellationToken)));
        var found = problems.OfType<string>().ToArray();
        return found.Length is 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join(" ", found));
    }

    private static async Task<string?> ProblemAsync(SourceHandle source, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            source.Enter();
            try
            {
                await source.Source.CheckAsync(limit.Token);
                return null;
            }
            finally
            {
                source.Leave();
            }
        }
        catch (ServiceException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"Source '{source.Name}' did not answer in {Patience.TotalSeconds:0} s.";
        }
    }
}
