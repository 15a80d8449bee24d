using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Spanner;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

/// <summary>The wire clients in front of the emulator, and databases in it that no other test uses.</summary>
internal static class EmulatedSpanner
{
    public static async Task<ServiceProvider> ConnectAsync() => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new(BackingProduct.Spanner.Variable, await BackingProduct.Spanner.AddressOrSkipAsync(TestContext.Current.CancellationToken))])
            .Build())
        .AddGoogleCloud()
        .BuildServiceProvider();

    /// <summary>Makes an instance with one database, and returns the database's full name.</summary>
    public static async Task<string> CreateDatabaseAsync(IServiceProvider services, DatabaseDialect dialect, params string[] schema)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var admin = services.GetRequiredService<SpannerAdminClient>();
        var instance = EmulatedGateway.NewId("i");
        var name = $"projects/{EmulatedGateway.Project}/instances/{instance}/databases/shop";
        await admin.CreateInstanceAsync(EmulatedGateway.Project, instance, "emulator-config", cancellation);
        await admin.CreateDatabaseAsync($"projects/{EmulatedGateway.Project}/instances/{instance}", "shop", dialect, cancellation);
        if (schema.Length > 0)
        {
            await admin.ChangeSchemaAsync(name, schema, cancellation);
        }

        return name;
    }
}
