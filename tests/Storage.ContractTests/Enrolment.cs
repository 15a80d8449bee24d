namespace Runtime.Storage.ContractTests;

// A dialect joins by one line per contract.
public sealed class SessionStoreInMemory(InMemoryFixture d) : SessionStoreContract(d), IClassFixture<InMemoryFixture>;

public sealed class SessionStoreOnSqlite(SqliteFixture d) : SessionStoreContract(d), IClassFixture<SqliteFixture>;

public sealed class SessionStoreOnPostgres(PostgresFixture d) : SessionStoreContract(d), IClassFixture<PostgresFixture>;

public sealed class ConcurrentWritersInMemory(InMemoryFixture d) : ConcurrentWritersContract(d), IClassFixture<InMemoryFixture>;

public sealed class ConcurrentWritersOnSqlite(SqliteFixture d) : ConcurrentWritersContract(d), IClassFixture<SqliteFixture>;

public sealed class ConcurrentWritersOnPostgres(PostgresFixture d) : ConcurrentWritersContract(d), IClassFixture<PostgresFixture>;

public sealed class EventReadingInMemory(InMemoryFixture d) : EventReadingContract(d), IClassFixture<InMemoryFixture>;

public sealed class EventReadingOnSqlite(SqliteFixture d) : EventReadingContract(d), IClassFixture<SqliteFixture>;

public sealed class EventReadingOnPostgres(PostgresFixture d) : EventReadingContract(d), IClassFixture<PostgresFixture>;

public sealed class SessionListInMemory(InMemoryFixture d) : SessionListContract(d), IClassFixture<InMemoryFixture>;

public sealed class SessionListOnSqlite(SqliteFixture d) : SessionListContract(d), IClassFixture<SqliteFixture>;

public sealed class SessionListOnPostgres(PostgresFixture d) : SessionListContract(d), IClassFixture<PostgresFixture>;

public sealed class BatchAppendInMemory(InMemoryFixture d) : BatchAppendContract(d), IClassFixture<InMemoryFixture>;

public sealed class BatchAppendOnSqlite(SqliteFixture d) : BatchAppendContract(d), IClassFixture<SqliteFixture>;

public sealed class BatchAppendOnPostgres(PostgresFixture d) : BatchAppendContract(d), IClassFixture<PostgresFixture>;

public sealed class SessionUpdateInMemory(InMemoryFixture d) : SessionUpdateContract(d), IClassFixture<InMemoryFixture>;

public sealed class SessionUpdateOnSqlite(SqliteFixture d) : SessionUpdateContract(d), IClassFixture<SqliteFixture>;

public sealed class SessionUpdateOnPostgres(PostgresFixture d) : SessionUpdateContract(d), IClassFixture<PostgresFixture>;

public sealed class EventPageInMemory(InMemoryFixture d) : EventPageContract(d), IClassFixture<InMemoryFixture>;

public sealed class EventPageOnSqlite(SqliteFixture d) : EventPageContract(d), IClassFixture<SqliteFixture>;

public sealed class EventPageOnPostgres(PostgresFixture d) : EventPageContract(d), IClassFixture<PostgresFixture>;
