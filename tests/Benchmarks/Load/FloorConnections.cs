using Npgsql;

namespace Runtime.Benchmarks.Load;

/// <summary>The connections of whoever does a floor's work on PostgreSQL, in this process or in the bare service: the same for both.</summary>
internal static class FloorConnections
{
    // Of the server's 100 three processes beside the floor have some: the service up to 32, the bare service as many as this, a peer 10.
    private const int Connections = 16;

    /// <summary>Opens a pool whose statements are prepared when they first run.</summary>
    public static NpgsqlDataSource Open(string address) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address)
    {
        MaxPoolSize = Connections,
        MaxAutoPrepare = 16,
        AutoPrepareMinUsages = 1,
        NoResetOnClose = true,
    });
}
