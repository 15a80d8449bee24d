using Npgsql;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>A database of its own for each of the two servers, so that what one writes the other does not find.</summary>
public sealed class ShopDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource _server;

    private ShopDatabase(NpgsqlConnectionStringBuilder server, string name)
    {
        Settings = new(server.ConnectionString) { Database = name };
        _server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxPoolSize = 1 });
    }

    public NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Creates the database with the tables of <c>setup.sql</c>. Skips where PostgreSQL is absent.</summary>
    public static async Task<ShopDatabase> CreateOrSkipAsync(CancellationToken cancellationToken)
    {
        var address = await BackingProduct.Postgres.AddressOrSkipAsync(cancellationToken);
        var database = new ShopDatabase(new(address), $"shop_{Guid.CreateVersion7():n}");
        await ExecuteAsync(database._server, $"CREATE DATABASE {database.Settings.Database}", cancellationToken);
        await using var shop = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.Settings.ConnectionString) { Pooling = false });
        await ExecuteAsync(shop, await File.ReadAllTextAsync(Path.Combine(ToolboxPackage.Folder, "setup.sql"), cancellationToken), cancellationToken);
        return database;
    }

    /// <summary>Counts the statements that run in the database and have a text in them.</summary>
    public async Task<long> CountRunningAsync(string text, CancellationToken cancellationToken)
    {
        await using var command = _server.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND state = 'active' AND query LIKE '%' || $2 || '%'");
        command.Parameters.AddWithValue(Settings.Database!);
        command.Parameters.AddWithValue(text);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync(_server, $"DROP DATABASE {Settings.Database} WITH (FORCE)", CancellationToken.None);
        await _server.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
