using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Runtime.Hosting.Execution;

/// <summary>Asks an HTTP endpoint whether it is ready.</summary>
internal sealed class HttpReadyCheck(EndpointReference endpoint, string path, int status)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public string Path { get; } = path;

    public int Status { get; } = status;

    public IHealthCheck Create(IServiceProvider services) => new Check(this, services.GetRequiredService<IHttpClientFactory>());

    private async Task<HealthCheckResult> AskAsync(HttpClient client, CancellationToken cancellationToken)
    {
        if (!endpoint.IsAllocated)
        {
            return HealthCheckResult.Unhealthy("not started");
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            using var response = await client.GetAsync(new Uri(new Uri(endpoint.Url), Path), limit.Token);
            if ((int)response.StatusCode == Status)
            {
                return HealthCheckResult.Healthy();
            }

            var body = await response.Content.ReadAsStringAsync(limit.Token);
            return HealthCheckResult.Unhealthy($"GET {Path} answers {(int)response.StatusCode}: {(body.Length > 300 ? body[..300] : body)}");
        }
        catch (HttpRequestException error)
        {
            return HealthCheckResult.Unhealthy($"GET {Path} fails: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"GET {Path} gives no answer in {Limit.TotalSeconds:0} s");
        }
    }

    private sealed class Check(HttpReadyCheck owner, IHttpClientFactory clients) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            using var client = clients.CreateClient(nameof(HttpReadyCheck));
            return await owner.AskAsync(client, cancellationToken);
        }
    }
}
