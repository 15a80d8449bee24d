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
    private StorageContext? _context;
    private string? _address;

    protected override StorageContext Context => _context!;

    protected override async ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken)
    {
        if (_address is null)
        {
            _context = base.Context with { Configuration = await SpannerEmulator.ConfigurationOrSkipAsync(cancellationToken) };
            using var database = await SpannerEmulator.CreateDatabaseAsync(_context, sql, cancellationToken);
            _address = $"spanner:///{database.Name}";
        }

        return _address;
    }
}

/// <summary>MariaDB stands for MySQL as well: no test runs on a server of MySQL.</summary>
public sealed class MySqlFixture() : DialectFixture(new MySqlDialect())
{
    protected override ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken) =>
        BackingProduct.MariaDb.AddressOrSkipAsync(cancellationToken);
}
