using Runtime.Storage.Dialects.MySql;

namespace Runtime.Storage.ContractTests;

/// <summary>A database that ADK Python made: other widths, times and collations, and foreign keys.</summary>
public sealed class PythonMySqlFixture() : DialectFixture(new MySqlDialect())
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private MySqlDatabase? _database;

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
            return (_database ??= await MySqlDatabase.CreateOrSkipAsync(MySqlDatabase.PythonTables)).Address;
        }
        finally
        {
            _one.Release();
        }
    }
}

public sealed class SessionStoreOnPythonMySql(PythonMySqlFixture d) : SessionStoreContract(d), IClassFixture<PythonMySqlFixture>;

public sealed class ConcurrentWritersOnPythonMySql(PythonMySqlFixture d) : ConcurrentWritersContract(d), IClassFixture<PythonMySqlFixture>;

public sealed class EventReadingOnPythonMySql(PythonMySqlFixture d) : EventReadingContract(d), IClassFixture<PythonMySqlFixture>;

public sealed class SessionListOnPythonMySql(PythonMySqlFixture d) : SessionListContract(d), IClassFixture<PythonMySqlFixture>;

public sealed class BatchAppendOnPythonMySql(PythonMySqlFixture d) : BatchAppendContract(d), IClassFixture<PythonMySqlFixture>;

public sealed class SessionUpdateOnPythonMySql(PythonMySqlFixture d) : SessionUpdateContract(d), IClassFixture<PythonMySqlFixture>;

public sealed class EventPageOnPythonMySql(PythonMySqlFixture d) : EventPageContract(d), IClassFixture<PythonMySqlFixture>;

public sealed class VertexSessionOnPythonMySql(PythonMySqlFixture d) : VertexSessionContract(d), IClassFixture<PythonMySqlFixture>;
