using Google.Cloud.Spanner.Admin.Database.V1;
using Runtime.Storage.Dialects.InMemory;
using Runtime.Storage.Dialects.MySql;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.Dialects.Spanner;
using Runtime.Storage.Dialects.Sqlite;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

public sealed class InMemoryFixture() : DialectFixture(new InMemoryDialect())
{
    public override Task<ISessionStore?> OpenReplicaAsync() => Task.FromResult<ISessionStore?>(null);

    protected override ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken) => ValueTask.FromResult("memory://");
}

public sealed class SqliteFixture() : DialectFixture(new SqliteDialect())
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-contract-").FullName;

    public override TimeSpan TimeResolution => TimeSpan.FromMilliseconds(1);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    protected override ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult($"sqlite:///{Path.Combine(_folder, "sessions.db")}");
}

public sealed class PostgresFixture() : DialectFixture(new PostgresDialect())
{
    protected override ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken) =>
        BackingProduct.Postgres.AddressOrSkipAsync(cancellationToken);
}

public sealed class SpannerGoogleSqlFixture() : SpannerFixture(DatabaseDialect.GoogleStandardSql);

public sealed class SpannerPostgresFixture() : SpannerFixture(DatabaseDialect.Postgresql);

/// <summary>A database of its own on the emulator, in one of the two SQL dialects.</summary>
public abstract class SpannerFixture(DatabaseDialect sql) : DialectFixture(new SpannerDialect())
{
    private SpannerEmulator? _emulator;
    private string? _address;

    protected override StorageContext Context => base.Context with { Spanner = _emulator?.NewClients() };

    protected override async ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken)
    {
        if (_address is null)
        {
            _emulator = await SpannerEmulator.OpenOrSkipAsync(cancellationToken);
            _address = $"spanner:///{(await _emulator.CreateDatabaseAsync(sql, cancellationToken)).Name}";
        }

        return _address;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _emulator?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>MariaDB stands for MySQL as well: no test runs on a server of MySQL.</summary>
public sealed class MySqlFixture() : DialectFixture(new MySqlDialect())
{
    protected override ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken) =>
        BackingProduct.MariaDb.AddressOrSkipAsync(cancellationToken);
}
