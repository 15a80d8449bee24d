using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Short ways to make what a store is offered.</summary>
internal static class Offer
{
    /// <summary>A time with microseconds, because every dialect has to bring them back.</summary>
    public static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddSeconds(1_763_872_000).AddMicroseconds(123_456);

    public static PreparedEvent Event(string? id = null, DateTimeOffset? at = null, string delta = "", string json = "") =>
        EventJson.Prepare(json, new() { Id = id ?? "", Author = "user", Timestamp = at ?? Start, StateDelta = delta }, TimeProvider.System.GetUtcNow());

    /// <summary>Creates a session with nothing but state.</summary>
    public static Task<CreateOutcome> CreateAsync(this ISessionStore store, SessionKey key, ScopedState state, CancellationToken cancellationToken) =>
        store.CreateAsync(key, new NewSession(state), cancellationToken);
}
