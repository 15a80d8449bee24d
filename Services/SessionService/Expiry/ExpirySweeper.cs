using Microsoft.Extensions.Options;
using Runtime.Storage;

namespace Runtime.SessionService.Expiry;

/// <summary>Deletes sessions that have expired. Nothing depends on when: from its expire time on a session is not found anyway.</summary>
internal sealed class ExpirySweeper(
    ISessionStore store, IOptions<ExpiryOptions> options, SessionMetrics metrics, TimeProvider time, ILogger<ExpirySweeper> logger) : BackgroundService
{
    // One transaction each: small enough that no writer waits for it.
    private const int Batch = 200;

    /// <summary>Deletes what has expired by now; returns how many sessions.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        int deleted;
        do
        {
            deleted = (await store.SweepAsync(Batch, cancellationToken)).Count;
            total += deleted;
            metrics.Expired(deleted);
        }
        while (deleted == Batch);

        return total;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Replicas that started together do not sweep together.
                await Task.Delay(options.Value.SweepInterval * (0.8 + (0.4 * Random.Shared.NextDouble())), time, stoppingToken);
                if (await SweepAsync(stoppingToken) is > 0 and var deleted)
                {
                    SessionServiceLog.Swept(logger, deleted);
                }
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it was, the next sweep may work, and a service that answers calls is not to end for it.
                SessionServiceLog.SweepFailed(logger, error);
            }
        }
    }
}
