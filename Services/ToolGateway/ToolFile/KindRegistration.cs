using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Kinds.PostgresExecuteSql;
using Runtime.ToolGateway.Kinds.PostgresSql;
using Runtime.ToolGateway.Sources.Postgres;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>The kinds that files can name. Adding one is a folder under <c>Kinds</c> or <c>Sources</c>, and a line here.</summary>
internal static class KindRegistration
{
    public static IServiceCollection AddKinds(this IServiceCollection services) => services
        .AddAuthServiceKind<GenericAuthServiceKind>()
        .AddAuthServiceKind<GoogleAuthServiceKind>()
        .AddSourceKind<PostgresSourceKind>()
        .AddToolKind<PostgresExecuteSqlKind>()
        .AddToolKind<PostgresSqlKind>();

    private static IServiceCollection AddAuthServiceKind<TKind>(this IServiceCollection services)
        where TKind : class, IAuthServiceKind => services.AddSingleton<IAuthServiceKind, TKind>();

    private static IServiceCollection AddSourceKind<TKind>(this IServiceCollection services)
        where TKind : class, ISourceKind => services.AddSingleton<ISourceKind, TKind>();

    private static IServiceCollection AddToolKind<TKind>(this IServiceCollection services)
        where TKind : class, IToolKind => services.AddSingleton<IToolKind, TKind>();
}
