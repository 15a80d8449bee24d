using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.MySql;

namespace Runtime.ToolGateway.Kinds.MySqlSql;

/// <summary>Runs a statement of the operator on MySQL; parameters are <c>?</c>, in their order.</summary>
internal sealed class MySqlSqlKind() : SqlKind<MySqlSource>("mysql-sql");
