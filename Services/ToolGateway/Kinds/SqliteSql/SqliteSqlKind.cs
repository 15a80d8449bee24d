using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Sqlite;

namespace Runtime.ToolGateway.Kinds.SqliteSql;

/// <summary>Runs a statement of the operator on SQLite; parameters are <c>?</c>, in their order.</summary>
internal sealed class SqliteSqlKind() : SqlKind<SqliteSource>("sqlite-sql");
