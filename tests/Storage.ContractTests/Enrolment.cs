namespace Runtime.Storage.ContractTests;

// A dialect joins by one line per contract.
public sealed class SessionStoreInMemory(InMemoryFixture d) : SessionStoreContract(d), IClassFixture<InMemoryFixture>;

public sealed class SessionStoreOnSqlite(SqliteFixture d) : SessionStoreContract(d), IClassFixture<SqliteFixture>;

public sealed class SessionStoreOnPostgres(PostgresFixture d) : SessionStoreContract(d), IClassFixture<PostgresFixture>;

public sealed class SessionStoreOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : SessionStoreContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class SessionStoreOnSpannerPostgres(SpannerPostgresFixture d) : SessionStoreContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class SessionStoreOnMySql(MySqlFixture d) : SessionStoreContract(d), IClassFixture<MySqlFixture>;

public sealed class ConcurrentWritersInMemory(InMemoryFixture d) : ConcurrentWritersContract(d), IClassFixture<InMemoryFixture>;

public sealed class ConcurrentWritersOnSqlite(SqliteFixture d) : ConcurrentWritersContract(d), IClassFixture<SqliteFixture>;

public sealed class ConcurrentWritersOnPostgres(PostgresFixture d) : ConcurrentWritersContract(d), IClassFixture<PostgresFixture>;

public sealed class ConcurrentWritersOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : ConcurrentWritersContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class ConcurrentWritersOnSpannerPostgres(SpannerPostgresFixture d) : ConcurrentWritersContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class ConcurrentWritersOnMySql(MySqlFixture d) : ConcurrentWritersContract(d), IClassFixture<MySqlFixture>;

public sealed class EventReadingInMemory(InMemoryFixture d) : EventReadingContract(d), IClassFixture<InMemoryFixture>;

public sealed class EventReadingOnSqlite(SqliteFixture d) : EventReadingContract(d), IClassFixture<SqliteFixture>;

public sealed class EventReadingOnPostgres(PostgresFixture d) : EventReadingContract(d), IClassFixture<PostgresFixture>;

public sealed class EventReadingOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : EventReadingContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class EventReadingOnSpannerPostgres(SpannerPostgresFixture d) : EventReadingContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class EventReadingOnMySql(MySqlFixture d) : EventReadingContract(d), IClassFixture<MySqlFixture>;

public sealed class SessionListInMemory(InMemoryFixture d) : SessionListContract(d), IClassFixture<InMemoryFixture>;

public sealed class SessionListOnSqlite(SqliteFixture d) : SessionListContract(d), IClassFixture<SqliteFixture>;

public sealed class SessionListOnPostgres(PostgresFixture d) : SessionListContract(d), IClassFixture<PostgresFixture>;

public sealed class SessionListOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : SessionListContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class SessionListOnSpannerPostgres(SpannerPostgresFixture d) : SessionListContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class SessionListOnMySql(MySqlFixture d) : SessionListContract(d), IClassFixture<MySqlFixture>;

public sealed class BatchAppendInMemory(InMemoryFixture d) : BatchAppendContract(d), IClassFixture<InMemoryFixture>;

public sealed class BatchAppendOnSqlite(SqliteFixture d) : BatchAppendContract(d), IClassFixture<SqliteFixture>;

public sealed class BatchAppendOnPostgres(PostgresFixture d) : BatchAppendContract(d), IClassFixture<PostgresFixture>;

public sealed class BatchAppendOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : BatchAppendContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class BatchAppendOnSpannerPostgres(SpannerPostgresFixture d) : BatchAppendContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class BatchAppendOnMySql(MySqlFixture d) : BatchAppendContract(d), IClassFixture<MySqlFixture>;

public sealed class SessionUpdateInMemory(InMemoryFixture d) : SessionUpdateContract(d), IClassFixture<InMemoryFixture>;

public sealed class SessionUpdateOnSqlite(SqliteFixture d) : SessionUpdateContract(d), IClassFixture<SqliteFixture>;

public sealed class SessionUpdateOnPostgres(PostgresFixture d) : SessionUpdateContract(d), IClassFixture<PostgresFixture>;

public sealed class SessionUpdateOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : SessionUpdateContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class SessionUpdateOnSpannerPostgres(SpannerPostgresFixture d) : SessionUpdateContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class SessionUpdateOnMySql(MySqlFixture d) : SessionUpdateContract(d), IClassFixture<MySqlFixture>;

public sealed class EventPageInMemory(InMemoryFixture d) : EventPageContract(d), IClassFixture<InMemoryFixture>;

public sealed class EventPageOnSqlite(SqliteFixture d) : EventPageContract(d), IClassFixture<SqliteFixture>;

public sealed class EventPageOnPostgres(PostgresFixture d) : EventPageContract(d), IClassFixture<PostgresFixture>;

public sealed class EventPageOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : EventPageContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class EventPageOnSpannerPostgres(SpannerPostgresFixture d) : EventPageContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class EventPageOnMySql(MySqlFixture d) : EventPageContract(d), IClassFixture<MySqlFixture>;

public sealed class VertexSessionInMemory(InMemoryFixture d) : VertexSessionContract(d), IClassFixture<InMemoryFixture>;

public sealed class VertexSessionOnSqlite(SqliteFixture d) : VertexSessionContract(d), IClassFixture<SqliteFixture>;

public sealed class VertexSessionOnPostgres(PostgresFixture d) : VertexSessionContract(d), IClassFixture<PostgresFixture>;

public sealed class VertexSessionOnSpannerGoogleSql(SpannerGoogleSqlFixture d) : VertexSessionContract(d), IClassFixture<SpannerGoogleSqlFixture>;

public sealed class VertexSessionOnSpannerPostgres(SpannerPostgresFixture d) : VertexSessionContract(d), IClassFixture<SpannerPostgresFixture>;

public sealed class VertexSessionOnMySql(MySqlFixture d) : VertexSessionContract(d), IClassFixture<MySqlFixture>;
