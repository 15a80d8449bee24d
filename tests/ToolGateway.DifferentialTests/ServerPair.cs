using System.Globalization;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>MCP Toolbox for Databases and the gateway, each with the same files of tools and databases of its own; tokens come from one issuer.</summary>
public sealed class ServerPair : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _started = [];
    private Task? _start;

    public ToolServer Theirs { get; private set; } = null!;

    public ToolServer Ours { get; private set; } = null!;

    public ShopDatabase OurDatabase { get; private set; } = null!;

    public IdTokenIssuer Issuer { get; private set; } = null!;

    /// <summary>Starts them, once. Skips where one of them, or what it needs, is absent.</summary>
    public Task StartOrSkipAsync() => _start ??= StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_started))
        {
            await part.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = ToolboxPackage.ServerOrSkip();
        var databases = (Theirs: await ShopDatabase.CreateOrSkipAsync(cancellation), Ours: await ShopDatabase.CreateOrSkipAsync(cancellation));
        var issuer = await IssuerServer.StartAsync(cancellation);
        Issuer = issuer.Issuer;
        OurDatabase = databases.Ours;
        var echo = await EchoServer.StartAsync(cancellation);
        var notes = (Theirs: await NotesFile.CreateAsync(cancellation), Ours: await NotesFile.CreateAsync(cancellation));
        _started.AddRange([databases.Theirs, databases.Ours, issuer, echo, notes.Theirs, notes.Ours]);

        var pair = await RunningPair.StartAsync(
            program,
            "tools",
            Settings(databases.Theirs, notes.Theirs, echo, issuer),
            Settings(databases.Ours, notes.Ours, echo, issuer),
            cancellation);
        _started.Add(pair);
        (Theirs, Ours) = (pair.Theirs, pair.Ours);
    }

    private static (string Name, string? Value)[] Settings(ShopDatabase database, NotesFile notes, EchoServer echo, IssuerServer issuer) =>
    [
        ("SHOP_HOST", database.Settings.Host),
        ("SHOP_PORT", database.Settings.Port.ToString(CultureInfo.InvariantCulture)),
        ("SHOP_DATABASE", database.Settings.Database),
        ("SHOP_USER", database.Settings.Username),
        ("SHOP_PASSWORD", database.Settings.Password),
        ("NOTES_FILE", notes.Path),
        ("ECHO_URL", echo.Url),
        ("ISSUER_URL", issuer.Url),
    ];
}
