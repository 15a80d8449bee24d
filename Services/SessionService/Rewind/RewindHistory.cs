using System.Text.Json;
using Runtime.Storage;
using Runtime.Storage.State;

namespace Runtime.SessionService.Rewind;

/// <summary>What a session's events did to its own state and to artifacts, before and from an invocation on. Events are not kept.</summary>
internal sealed class RewindHistory(OwnState own, string invocationId)
{
    private const string UserPrefix = "user:";

    private readonly Dictionary<string, JsonElement> _before = new(own.Initial, StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _artifactsBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _artifacts = new(StringComparer.Ordinal);

    /// <summary>Gets whether an event of the invocation has come.</summary>
    public bool IsFound { get; private set; }

    /// <summary>Gets the time of the newest event.</summary>
    public DateTimeOffset Newest { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Takes the next event, in ascending order.</summary>
    public void Add(SessionEvent stored)
    {
        IsFound = IsFound || stored.InvocationId == invocationId;
        Newest = stored.Timestamp;

        // Also of ADK's own services, so nothing is certain but that it is JSON; and most events change nothing.
        using var document = JsonDocument.Parse(stored.Json, new() { MaxDepth = StorageJson.MaxDepth });
        if (!document.RootElement.TryGetProperty("actions", out var actions) || actions.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (actions.TryGetProperty("state_delta", out var delta) && delta.ValueKind == JsonValueKind.Object)
        {
            AddState(delta);
        }

        if (actions.TryGetProperty("artifact_delta", out var artifacts) && artifacts.ValueKind == JsonValueKind.Object)
        {
            AddArtifacts(artifacts);
        }
    }

    /// <summary>Returns the session's own keys that were changed from the invocation on, with the value each had before it, if any.</summary>
    public IEnumerable<(string Key, JsonElement? Before)> ChangedState() =>
        _changed.Select(key => (key, _before.TryGetValue(key, out var value) ? value : (JsonElement?)null));

    /// <summary>Returns the artifacts whose newest version is not the one before the invocation.</summary>
    public IReadOnlyList<ChangedArtifact> ChangedArtifacts() =>
    [
        .. from artifact in _artifacts
           let before = _artifactsBefore.TryGetValue(artifact.Key, out var version) ? version : (long?)null
           where before != artifact.Value
           orderby artifact.Key
           select new ChangedArtifact(artifact.Key, artifact.Value, before),
    ];

    private void AddState(JsonElement delta)
    {
        foreach (var (key, value) in ScopedState.OfSession(delta, "event.actions.state_delta").Session.Where(entry => IsOwn(entry.Key)))
        {
            if (IsFound)
            {
                _changed.Add(key);
            }
            else
            {
                _before[key] = value;
            }
        }
    }

    // An event does not say which scope its delta went to. But the session has a key with a prefix only where one went to its own, and once
    // it has that key an event takes it away no more.
    private bool IsOwn(string key) => !ScopedState.IsShared(key) || own.Current.ContainsKey(key);

    private void AddArtifacts(JsonElement artifacts)
    {
        foreach (var artifact in artifacts.EnumerateObject())
        {
            if (!artifact.Name.StartsWith(UserPrefix, StringComparison.Ordinal)
                && artifact.Value.ValueKind == JsonValueKind.Number && artifact.Value.TryGetInt64(out var version))
            {
                _artifacts[artifact.Name] = version;
                if (!IsFound)
                {
                    _artifactsBefore[artifact.Name] = version;
                }
            }
        }
    }
}
