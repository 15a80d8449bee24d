using System.Globalization;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>MCP Toolbox for Databases and the gateway, each with the same <c>tools.yaml</c> and a database of its own; tokens come from one issuer.</summary>
public sealed class ServerPair : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _started = [];

    public ToolServer Theirs { get; private set; } = null!;

    public ToolServer Ours { get; private set; } = null!;

    public IdTokenIssuer Issuer { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = ToolboxPackage.ServerOrSkip();
        var databases = (Theirs: await ShopDatabase.CreateOrSkipAsync(cancellation), Ours: await ShopDatabase.CreateOrSkipAsync(cancellation));
        var issuer = await IssuerServer.StartAsync(cancellation);
        Issuer = issuer.Issuer;
        _started.AddRange([databases.Theirs, databases.Ours, issuer]);

        var pair = await RunningPair.StartAsync(
            program,
            "tools.yaml",
            Settings(databases.Theirs, issuer),
            Settings(databases.Ours, issuer),
            cancellation);
        _started.Add(pair);
        (Theirs, Ours) = (pair.Theirs, pair.Ours);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_started))
        {
            await part.DisposeAsync();
        }
    }

    private static (string Name, string? Value)[] Settings(ShopDatabase database, IssuerServer issuer) =>
    [
        ("SHOP_HOST", database.Settings.Host),
        ("SHOP_PORT", database.Settings.Port.ToString(CultureInfo.InvariantCulture)),
        ("SHOP_DATABASE", database.Settings.Database),
        ("SHOP_USER", database.Settings.Username),
        ("SHOP_PASSWORD", database.Settings.Password),
        ("ISSUER_URL", issuer.Url),
    ];
}
