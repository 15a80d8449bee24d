using System.Text.Json;

namespace Runtime.Storage.State;

/// <summary>A state map or state delta, split by the scope that each key's prefix names.</summary>
/// <remarks>
/// <c>app:</c> is shared by all sessions of an app, <c>user:</c> by all sessions of a user in that app, <c>temp:</c> is never kept, and
/// anything else, unknown prefixes too, belongs to the session. Stored maps have their keys without <c>app:</c> and <c>user:</c>. Where a
/// protocol has no other scope than the session, <see cref="OfSession"/> keeps all keys there, whatever their prefix.
/// </remarks>
public sealed class ScopedState
{
    public const string AppPrefix = "app:";
    public const string UserPrefix = "user:";
    public const string TempPrefix = "temp:";

    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false, MaxDepth = StorageJson.MaxDepth };

    /// <summary>No change in any scope.</summary>
    public static ScopedState Empty { get; } = new();

    private readonly Dictionary<string, JsonElement> _session = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _user = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _app = new(StringComparer.Ordinal);

    /// <summary>Gets the session's own keys.</summary>
    public IReadOnlyDictionary<string, JsonElement> Session => _session;

    /// <summary>Gets the user's keys, without prefix.</summary>
    public IReadOnlyDictionary<string, JsonElement> User => _user;

    /// <summary>Gets the app's keys, without prefix.</summary>
    public IReadOnlyDictionary<string, JsonElement> App => _app;

    /// <summary>Gets whether no scope changes.</summary>
    public bool IsEmpty => _session.Count + _user.Count + _app.Count == 0;

    /// <summary>Joins changes that follow each other into the one that has their effect: of each key the last value.</summary>
    public static ScopedState Join(IEnumerable<ScopedState> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);

        var joined = new ScopedState();
        foreach (var change in changes)
        {
            Overwrite(joined._session, change._session);
            Overwrite(joined._user, change._user);
            Overwrite(joined._app, change._app);
        }

        return joined;

        static void Overwrite(Dictionary<string, JsonElement> state, Dictionary<string, JsonElement> delta)
        {
            foreach (var (key, value) in delta)
            {
                state[key] = value;
            }
        }
    }

    /// <summary>Reads a JSON object and splits it; empty text is the empty map.</summary>
    /// <param name="json">One JSON object.</param>
    /// <param name="field">What to call the text in an error.</param>
    /// <exception cref="InvalidInputException">The text is not one JSON object, names a key twice, or holds what no database can keep.</exception>
    public static ScopedState Parse(string json, string field)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length == 0)
        {
            return Empty;
        }

        try
        {
            using var document = JsonDocument.Parse(json, _strict);
            return Split(document.RootElement, field);
        }
        catch (JsonException error)
        {
            throw new InvalidInputException(field, came: null, $"one JSON object ({error.Message.TrimEnd('.')})", error);
        }
    }

    /// <summary>Splits a parsed object. The result does not hold on to the document that <paramref name="state"/> belongs to.</summary>
    public static ScopedState Split(JsonElement state, string field) => Read(state, field, sessionOnly: false);

    /// <summary>Takes a parsed object as state of the session alone: all keys go there, prefix included, but for <c>temp:</c>, which is not kept.</summary>
    /// <remarks>So does Vertex AI, whose sessions have no state of an app or a user. What such a key says hides the shared key of that name from this session.</remarks>
    public static ScopedState OfSession(JsonElement state, string field) => Read(state, field, sessionOnly: true);

    /// <summary>Tells whether the prefix of a key names a scope that sessions share.</summary>
    public static bool IsShared(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith(AppPrefix, StringComparison.Ordinal) || key.StartsWith(UserPrefix, StringComparison.Ordinal);
    }

    /// <summary>
    /// Joins three stored maps to the flat map that readers see: session keys, then <c>app:</c>, then <c>user:</c>. A key that the session
    /// itself has with its prefix, see <see cref="OfSession"/>, is not overwritten: the session reads what was written to it.
    /// </summary>
    public static Dictionary<string, JsonElement> Merge(
        IEnumerable<KeyValuePair<string, JsonElement>> session,
        IEnumerable<KeyValuePair<string, JsonElement>> app,
        IEnumerable<KeyValuePair<string, JsonElement>> user)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(user);

        var merged = new Dictionary<string, JsonElement>(session, StringComparer.Ordinal);
        foreach (var (key, value) in app)
        {
            merged.TryAdd(AppPrefix + key, value);
        }

        foreach (var (key, value) in user)
        {
            merged.TryAdd(UserPrefix + key, value);
        }

        return merged;
    }

    private static ScopedState Read(JsonElement state, string field, bool sessionOnly)
    {
        if (state.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException(field, came: null, "one JSON object");
        }

        var split = new ScopedState();
        foreach (var entry in state.Clone().EnumerateObject())
        {
            var (scope, key) = split.Place(entry.Name, sessionOnly);
            if (scope is null)
            {
                continue;
            }

            if (key.Contains('\0', StringComparison.Ordinal) || StorageJson.HoldsNul(entry.Value))
            {
                // A jsonb column refuses it, and state that only some databases keep would be lost in a migration.
                var shown = key.Replace("\0", "", StringComparison.Ordinal);
                throw new InvalidInputException(field, came: null, $"text without the character U+0000, which state key '{shown}' holds");
            }

            scope[key] = entry.Value;
        }

        return split;
    }

    private (Dictionary<string, JsonElement>? Scope, string Key) Place(string name, bool sessionOnly) => name switch
    {
        _ when name.StartsWith(TempPrefix, StringComparison.Ordinal) => (null, name),
        _ when sessionOnly => (_session, name),
        _ when name.StartsWith(AppPrefix, StringComparison.Ordinal) => (_app, name[AppPrefix.Length..]),
        _ when name.StartsWith(UserPrefix, StringComparison.Ordinal) => (_user, name[UserPrefix.Length..]),
        _ => (_session, name),
    };
}
