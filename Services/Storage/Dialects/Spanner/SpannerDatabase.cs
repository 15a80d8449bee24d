using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>One database, and the clients that reach it.</summary>
/// <param name="name">The full name: <c>projects/p/instances/i/databases/d</c>.</param>
/// <exception cref="ServiceDefaults.Errors.NotConfiguredException">The settings say an address of Spanner that cannot be used.</exception>
internal sealed class SpannerDatabase(string name, SpannerClients clients)
{
    /// <summary>The least role of an account that a store works with.</summary>
    public const string Role = "roles/spanner.databaseUser";

    public string Name => name;

    /// <summary>Gets what to call it in a message.</summary>
    public string Place { get; } = PlaceOf(clients.Data.Endpoint);

    public SpannerClient Client => clients.Data;

    public SpannerAdminClient Admin => clients.Admin;

    private static string PlaceOf(GoogleEndpoint endpoint) => endpoint.IsEmulator ? $"The Spanner emulator at '{endpoint.Authority}'" : "Spanner";
}
