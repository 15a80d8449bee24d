using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Postgres;

namespace Runtime.ToolGateway.Kinds.PostgresExecuteSql;

/// <summary>Runs a statement of the model on PostgreSQL.</summary>
internal sealed class PostgresExecuteSqlKind() : ExecuteSqlKind<PostgresSource>("postgres-execute-sql");
