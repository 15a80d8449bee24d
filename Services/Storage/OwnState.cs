using System.Text.Json;

namespace Runtime.Storage;

/// <summary>The state in a session's own scope, without that of its app and user.</summary>
/// <param name="Initial">What the session was created with; empty where that is not known.</param>
/// <param name="Current">What it is now. A key with the prefix <c>app:</c> or <c>user:</c> in it is the session's own: see <see cref="State.ScopedState.OfSession"/>.</param>
public sealed record OwnState(IReadOnlyDictionary<string, JsonElement> Initial, IReadOnlyDictionary<string, JsonElement> Current);
