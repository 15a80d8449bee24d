using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.Configuration;
using Runtime.GoogleCloud.Connection;
using Runtime.Storage.Dialects.Spanner;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>Empty databases on the emulator.</summary>
internal static class SpannerEmulator
{
    private const string Project = "emulated";

    public static async Task<IConfiguration> ConfigurationOrSkipAsync(CancellationToken cancellationToken) => new ConfigurationBuilder()
        .AddInMemoryCollection([new(BackingProduct.Spanner.Variable, await BackingProduct.Spanner.AddressOrSkipAsync(cancellationToken))])
        .Build();

    /// <summary>Creates one in an instance of its own: the emulator is shared and never wiped.</summary>
    public static async Task<SpannerDatabase> CreateDatabaseAsync(StorageContext context, DatabaseDialect sql, CancellationToken cancellationToken)
    {
        var instance = $"i-{Guid.NewGuid().ToString("n")[..12]}";
        var database = new SpannerDatabase(
            $"projects/{Project}/instances/{instance}/databases/sessions", GoogleCloudOptions.From(context.Configuration), context);
        await database.Admin.CreateInstanceAsync(Project, instance, "emulator-config", cancellationToken);
        await database.Admin.CreateDatabaseAsync($"projects/{Project}/instances/{instance}", "sessions", sql, cancellationToken);
        return database;
    }
}
