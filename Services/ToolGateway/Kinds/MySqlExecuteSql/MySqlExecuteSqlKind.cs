using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.MySql;

namespace Runtime.ToolGateway.Kinds.MySqlExecuteSql;

/// <summary>Runs a statement of the model on MySQL.</summary>
internal sealed class MySqlExecuteSqlKind() : ExecuteSqlKind<MySqlSource>("mysql-execute-sql");
