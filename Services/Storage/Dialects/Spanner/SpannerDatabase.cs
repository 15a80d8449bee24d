using Microsoft.Extensions.Logging;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>One database, and what it takes to reach it.</summary>
internal sealed class SpannerDatabase : IDisposable
{
    // A store writes, so what an operator grants must allow that.
    public static readonly GoogleProduct Product = SpannerClient.Product with { Role = "roles/spanner.databaseUser" };

    private readonly GoogleChannels _channels = new();
    private readonly GoogleCredentials _credentials;

    public SpannerDatabase(string name, GoogleCloudOptions options, StorageContext context)
    {
        Name = name;
        var endpoint = options.EndpointOf(Product);
        Place = endpoint.IsEmulator ? $"The Spanner emulator at '{endpoint.Authority}'" : "Spanner";
        // Waiting goes by the machine's clock, whatever clock sessions expire by.
        _credentials = new(options, TimeProvider.System, context.Loggers.CreateLogger<GoogleCredentials>());
        var connection = new GoogleConnection(Product, options, _credentials, _channels, context.Loggers.CreateLogger<GoogleConnection>());
        Client = new(connection, TimeProvider.System);
        Admin = new(connection);
    }

    /// <summary>Gets the full name: <c>projects/p/instances/i/databases/d</c>.</summary>
    public string Name { get; }

    /// <summary>Gets what to call it in a message.</summary>
    public string Place { get; }

    public SpannerClient Client { get; }

    public SpannerAdminClient Admin { get; }

    public void Dispose()
    {
        Client.Dispose();
        _channels.Dispose();
        _credentials.Dispose();
    }
}
