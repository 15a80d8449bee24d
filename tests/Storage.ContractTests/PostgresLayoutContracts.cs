using Runtime.Storage.Dialects.Postgres;

namespace Runtime.Storage.ContractTests;

/// <summary>A database that ADK Python made.</summary>
public sealed class PythonPostgresFixture() : DialectFixture(new PostgresDialect())
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private PostgresDatabase? _database;

    public override int KeyWidth => 128;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _one.Dispose();
    }

    protected override async ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return (_database ??= await PostgresDatabase.CreateOrSkipAsync(PostgresDatabase.PythonTables)).Address;
        }
        finally
        {
            _one.Release();
        }
    }
}

public sealed class SessionStoreOnPythonPostgres(PythonPostgresFixture d) : SessionStoreContract(d), IClassFixture<PythonPostgresFixture>;

public sealed class ConcurrentWritersOnPythonPostgres(PythonPostgresFixture d) : ConcurrentWritersContract(d), IClassFixture<PythonPostgresFixture>;

public sealed class EventReadingOnPythonPostgres(PythonPostgresFixture d) : EventReadingContract(d), IClassFixture<PythonPostgresFixture>;

public sealed class SessionListOnPythonPostgres(PythonPostgresFixture d) : SessionListContract(d), IClassFixture<PythonPostgresFixture>;

public sealed class BatchAppendOnPythonPostgres(PythonPostgresFixture d) : BatchAppendContract(d), IClassFixture<PythonPostgresFixture>;

public sealed class SessionUpdateOnPythonPostgres(PythonPostgresFixture d) : SessionUpdateContract(d), IClassFixture<PythonPostgresFixture>;

public sealed class EventPageOnPythonPostgres(PythonPostgresFixture d) : EventPageContract(d), IClassFixture<PythonPostgresFixture>;

public sealed class VertexSessionOnPythonPostgres(PythonPostgresFixture d) : VertexSessionContract(d), IClassFixture<PythonPostgresFixture>;
