using Google.Cloud.Bigtable.V2;
using Microsoft.Extensions.Caching.Memory;
using Runtime.GoogleCloud.Connection;
using BigtableApi = Google.Cloud.Bigtable.V2.Bigtable;

namespace Runtime.GoogleCloud.Bigtable.Sql;

/// <summary>Queries as the server prepared them, kept as long as it says, so that a statement that is run again costs one call.</summary>
internal sealed class PreparedQueries(GoogleConnection connection) : IDisposable
{
    private const int MostKept = 256;

    private static readonly TimeSpan _unsaid = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = MostKept });

    public async Task<PrepareQueryResponse> GetAsync(string instance, BigtableStatement statement, CancellationToken cancellationToken)
    {
        var request = statement.ToPrepare(instance);
        if (_kept.TryGetValue(request, out PrepareQueryResponse? known))
        {
            return known!;
        }

        var prepared = await connection.CallAsync(
            CallPolicies.Query,
            ("name", instance),
            (channel, call) => new BigtableApi.BigtableClient(channel).PrepareQueryAsync(request, call),
            cancellationToken);
        _kept.Set(request, prepared, new MemoryCacheEntryOptions
        {
            Size = 1,
            AbsoluteExpiration = prepared.ValidUntil?.ToDateTimeOffset() ?? DateTimeOffset.UtcNow + _unsaid,
        });
        return prepared;
    }

    /// <summary>Forgets a query that the server no longer knows.</summary>
    public void Forget(string instance, BigtableStatement statement) => _kept.Remove(statement.ToPrepare(instance));

    public void Dispose() => _kept.Dispose();
}
