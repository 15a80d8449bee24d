using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Sqlite;

namespace Runtime.ToolGateway.Kinds.SqliteExecuteSql;

/// <summary>Runs a statement of the model on SQLite.</summary>
internal sealed class SqliteExecuteSqlKind() : ExecuteSqlKind<SqliteSource>("sqlite-execute-sql");
