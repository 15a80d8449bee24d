using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Postgres;

namespace Runtime.ToolGateway.Kinds.PostgresSql;

/// <summary>Runs a statement of the operator on PostgreSQL; parameters are <c>$1</c>, <c>$2</c>, in their order.</summary>
internal sealed class PostgresSqlKind() : SqlKind<PostgresSource>("postgres-sql");
