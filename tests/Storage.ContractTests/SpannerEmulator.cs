using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.Storage.Dialects.Spanner;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>The emulator, or an address where none is, and empty databases in it.</summary>
internal sealed class SpannerEmulator(string address) : IDisposable
{
    private const string Project = "emulated";

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new(BackingProduct.Spanner.Variable, address)]).Build())
        .AddGoogleCloud()
        .BuildServiceProvider();

    public static async Task<SpannerEmulator> OpenOrSkipAsync(CancellationToken cancellationToken) =>
        new(await BackingProduct.Spanner.AddressOrSkipAsync(cancellationToken));

    /// <summary>Makes clients that share nothing but the channel, as those of another process.</summary>
    public SpannerClients NewClients()
    {
        var connection = _services.GetRequiredService<GoogleConnections>().Open(SpannerClient.Product);
        return new(new(connection, TimeProvider.System), new(connection));
    }

    /// <summary>Creates one in an instance of its own: the emulator is shared and never wiped.</summary>
    public async Task<SpannerDatabase> CreateDatabaseAsync(DatabaseDialect sql, CancellationToken cancellationToken)
    {
        var instance = $"i-{Guid.NewGuid().ToString("n")[..12]}";
        var database = new SpannerDatabase($"projects/{Project}/instances/{instance}/databases/sessions", NewClients());
        await database.Admin.CreateInstanceAsync(Project, instance, "emulator-config", cancellationToken);
        await database.Admin.CreateDatabaseAsync($"projects/{Project}/instances/{instance}", "sessions", sql, cancellationToken);
        return database;
    }

    public void Dispose() => _services.Dispose();
}
