using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>A state change as it is sent: one JSON object for each scope.</summary>
internal sealed record StateBytes(byte[] Session, byte[] App, byte[] User)
{
    private static readonly byte[] _nothing = "{}"u8.ToArray();

    /// <summary>Gets which scopes change: bit 0 session, bit 1 app, bit 2 user.</summary>
    public required int Scopes { get; init; }

    /// <summary>Gets whether no row but the session's changes.</summary>
    public bool OnlySession => (Scopes & ~1) == 0;

    /// <summary>Writes a change.</summary>
    /// <exception cref="StorageException">One scope of the change alone is past the limit; what it adds up to is the statements' to check.</exception>
    public static StateBytes Of(ScopedState change, StorageLimits limits)
    {
        var bytes = new StateBytes(Write(change.Session), Write(change.App), Write(change.User))
        {
            Scopes = (change.Session.Count > 0 ? 1 : 0) | (change.App.Count > 0 ? 2 : 0) | (change.User.Count > 0 ? 4 : 0),
        };
        return Math.Max(bytes.Session.Length, Math.Max(bytes.App.Length, bytes.User.Length)) <= limits.MaxStateBytes ? bytes : throw limits.StateTooLarge();
    }

    private static byte[] Write(IReadOnlyDictionary<string, System.Text.Json.JsonElement> map) => map.Count == 0 ? _nothing : StorageJson.Write(map);
}
