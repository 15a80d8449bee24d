using Runtime.ToolGateway.Kinds.Http;
using Runtime.ToolGateway.Kinds.MySqlExecuteSql;
using Runtime.ToolGateway.Kinds.MySqlSql;
using Runtime.ToolGateway.Kinds.PostgresExecuteSql;
using Runtime.ToolGateway.Kinds.PostgresSql;
using Runtime.ToolGateway.Kinds.SqliteExecuteSql;
using Runtime.ToolGateway.Kinds.SqliteSql;
using Runtime.ToolGateway.Sources.Http;
using Runtime.ToolGateway.Sources.MySql;
using Runtime.ToolGateway.Sources.Postgres;
using Runtime.ToolGateway.Sources.Sqlite;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>The kinds that files can name. Adding one is a folder under <c>Kinds</c>, <c>Sources</c> or <c>Credentials</c>, and a line here.</summary>
internal static class KindRegistration
{
    public static IServiceCollection AddKinds(this IServiceCollection services) => services
        .AddSingleton<ISourceKind, HttpSourceKind>()
        .AddSingleton<ISourceKind, MySqlSourceKind>()
        .AddSingleton<ISourceKind, PostgresSourceKind>()
        .AddSingleton<ISourceKind, SqliteSourceKind>()
        .AddSingleton<IToolKind, HttpKind>()
        .AddSingleton<IToolKind, MySqlExecuteSqlKind>()
        .AddSingleton<IToolKind, MySqlSqlKind>()
        .AddSingleton<IToolKind, PostgresExecuteSqlKind>()
        .AddSingleton<IToolKind, PostgresSqlKind>()
        .AddSingleton<IToolKind, SqliteExecuteSqlKind>()
        .AddSingleton<IToolKind, SqliteSqlKind>();
}
