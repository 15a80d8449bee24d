using Runtime.GoogleCloud;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Kinds.BigtableSql;
using Runtime.ToolGateway.Kinds.Http;
using Runtime.ToolGateway.Kinds.MySqlExecuteSql;
using Runtime.ToolGateway.Kinds.MySqlSql;
using Runtime.ToolGateway.Kinds.PostgresExecuteSql;
using Runtime.ToolGateway.Kinds.PostgresSql;
using Runtime.ToolGateway.Kinds.SpannerExecuteSql;
using Runtime.ToolGateway.Kinds.SpannerSql;
using Runtime.ToolGateway.Kinds.SqliteExecuteSql;
using Runtime.ToolGateway.Kinds.SqliteSql;
using Runtime.ToolGateway.Sources.Bigtable;
using Runtime.ToolGateway.Sources.Http;
using Runtime.ToolGateway.Sources.MySql;
using Runtime.ToolGateway.Sources.Postgres;
using Runtime.ToolGateway.Sources.Spanner;
using Runtime.ToolGateway.Sources.Sqlite;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>The kinds that files can name. Adding one is a folder under <c>Kinds</c>, <c>Sources</c> or <c>Credentials</c>, and a line here.</summary>
internal static class KindRegistration
{
    public static IServiceCollection AddKinds(this IServiceCollection services) => services
        .AddGoogleCloud()
        .AddAuthServiceKind<GenericAuthServiceKind>()
        .AddAuthServiceKind<GoogleAuthServiceKind>()
        .AddSourceKind<BigtableSourceKind>()
        .AddSourceKind<HttpSourceKind>()
        .AddSourceKind<MySqlSourceKind>()
        .AddSourceKind<PostgresSourceKind>()
        .AddSourceKind<SpannerSourceKind>()
        .AddSourceKind<SqliteSourceKind>()
        .AddToolKind<BigtableSqlKind>()
        .AddToolKind<HttpKind>()
        .AddToolKind<MySqlExecuteSqlKind>()
        .AddToolKind<MySqlSqlKind>()
        .AddToolKind<PostgresExecuteSqlKind>()
        .AddToolKind<PostgresSqlKind>()
        .AddToolKind<SpannerExecuteSqlKind>()
        .AddToolKind<SpannerSqlKind>()
        .AddToolKind<SqliteExecuteSqlKind>()
        .AddToolKind<SqliteSqlKind>();

    private static IServiceCollection AddAuthServiceKind<TKind>(this IServiceCollection services)
        where TKind : class, IAuthServiceKind => services.AddSingleton<IAuthServiceKind, TKind>();

    private static IServiceCollection AddSourceKind<TKind>(this IServiceCollection services)
        where TKind : class, ISourceKind => services.AddSingleton<ISourceKind, TKind>();

    private static IServiceCollection AddToolKind<TKind>(this IServiceCollection services)
        where TKind : class, IToolKind => services.AddSingleton<IToolKind, TKind>();
}
