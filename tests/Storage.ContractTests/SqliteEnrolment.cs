using Runtime.Storage.Dialects.Sqlite;

namespace Runtime.Storage.ContractTests;

/// <summary>A file whose tables another program made.</summary>
public abstract class ForeignSqliteFixture : DialectFixture
{
    private readonly SqliteFile _file = new();

    protected ForeignSqliteFixture(string tables)
        : base(new SqliteDialect()) => _file.Execute(tables);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_file.Address);
}

/// <summary>A database in memory, which is one connection.</summary>
public sealed class SqliteInMemoryFixture() : DialectFixture(new SqliteDialect())
{
    public override TimeSpan TimeResolution => TimeSpan.FromMilliseconds(1);

    public override Task<ISessionStore?> OpenReplicaAsync() => Task.FromResult<ISessionStore?>(null);

    protected override ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken) => ValueTask.FromResult("sqlite://");
}

/// <summary>ADK Python's <c>DatabaseSessionService</c>.</summary>
public sealed class SqlAlchemyFixture() : ForeignSqliteFixture(SqliteFile.SqlAlchemyTables);

/// <summary>ADK Python's <c>SqliteSessionService</c>.</summary>
public sealed class PythonSqliteFixture() : ForeignSqliteFixture(SqliteFile.PythonTables);

public sealed class SessionStoreOnSqlAlchemy(SqlAlchemyFixture d) : SessionStoreContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class SessionStoreOnPythonSqlite(PythonSqliteFixture d) : SessionStoreContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class ConcurrentWritersOnSqlAlchemy(SqlAlchemyFixture d) : ConcurrentWritersContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class ConcurrentWritersOnPythonSqlite(PythonSqliteFixture d) : ConcurrentWritersContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class EventReadingOnSqlAlchemy(SqlAlchemyFixture d) : EventReadingContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class EventReadingOnPythonSqlite(PythonSqliteFixture d) : EventReadingContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class SessionListOnSqlAlchemy(SqlAlchemyFixture d) : SessionListContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class SessionListOnPythonSqlite(PythonSqliteFixture d) : SessionListContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class BatchAppendOnSqlAlchemy(SqlAlchemyFixture d) : BatchAppendContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class BatchAppendOnPythonSqlite(PythonSqliteFixture d) : BatchAppendContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class SessionUpdateOnSqlAlchemy(SqlAlchemyFixture d) : SessionUpdateContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class SessionUpdateOnPythonSqlite(PythonSqliteFixture d) : SessionUpdateContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class EventPageOnSqlAlchemy(SqlAlchemyFixture d) : EventPageContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class EventPageOnPythonSqlite(PythonSqliteFixture d) : EventPageContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class VertexSessionOnSqlAlchemy(SqlAlchemyFixture d) : VertexSessionContract(d), IClassFixture<SqlAlchemyFixture>;

public sealed class VertexSessionOnPythonSqlite(PythonSqliteFixture d) : VertexSessionContract(d), IClassFixture<PythonSqliteFixture>;

public sealed class SessionStoreOnSqliteInMemory(SqliteInMemoryFixture d) : SessionStoreContract(d), IClassFixture<SqliteInMemoryFixture>;

public sealed class ConcurrentWritersOnSqliteInMemory(SqliteInMemoryFixture d) : ConcurrentWritersContract(d), IClassFixture<SqliteInMemoryFixture>;

public sealed class EventReadingOnSqliteInMemory(SqliteInMemoryFixture d) : EventReadingContract(d), IClassFixture<SqliteInMemoryFixture>;

public sealed class SessionListOnSqliteInMemory(SqliteInMemoryFixture d) : SessionListContract(d), IClassFixture<SqliteInMemoryFixture>;

public sealed class BatchAppendOnSqliteInMemory(SqliteInMemoryFixture d) : BatchAppendContract(d), IClassFixture<SqliteInMemoryFixture>;

public sealed class SessionUpdateOnSqliteInMemory(SqliteInMemoryFixture d) : SessionUpdateContract(d), IClassFixture<SqliteInMemoryFixture>;

public sealed class EventPageOnSqliteInMemory(SqliteInMemoryFixture d) : EventPageContract(d), IClassFixture<SqliteInMemoryFixture>;

public sealed class VertexSessionOnSqliteInMemory(SqliteInMemoryFixture d) : VertexSessionContract(d), IClassFixture<SqliteInMemoryFixture>;
