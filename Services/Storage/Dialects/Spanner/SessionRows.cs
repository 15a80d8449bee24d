using System.Text;
using System.Text.Json;
using Runtime.GoogleCloud.Spanner;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>What one statement of <see cref="SpannerSql"/> found about one session.</summary>
internal sealed class SessionRows
{
    private const int SessionKind = 0;
    private const int AppKind = 1;
    private const int UserKind = 2;

    private SpannerRow? _session;

    /// <summary>Gets the session's own state, to be changed before it is written.</summary>
    public Dictionary<string, JsonElement> State { get; private set; } = [];

    /// <summary>Gets the app's state; null where it has no row, or was not asked for.</summary>
    public Dictionary<string, JsonElement>? App { get; private set; }

    /// <summary>Gets the user's state; null where it has no row, or was not asked for.</summary>
    public Dictionary<string, JsonElement>? User { get; private set; }

    /// <summary>Gets the events, in the order of the statement.</summary>
    public List<SessionEvent> Events { get; } = [];

    public long Revision => _session!.GetInt64(5);

    public DateTimeOffset CreateTime => _session!.GetTimestamp(7);

    public static async Task<SessionRows> ReadAsync(IAsyncEnumerable<SpannerRow> rows, CancellationToken cancellationToken)
    {
        var found = new SessionRows();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            found.Add(row);
        }

        return found;
    }

    /// <summary>Tells whether there is a session that anyone may see; one that has expired is there and may not be seen.</summary>
    public bool IsThere(DateTimeOffset now) => _session is not null && !HasExpired(now);

    public bool HasExpired(DateTimeOffset now) => _session is not null && !_session.IsNull(8) && _session.GetTimestamp(8) <= now;

    public void Add(SpannerRow row)
    {
        switch (row.GetInt64(0))
        {
            case SessionKind:
                _session = row;
                State = Map(row.GetString(3));
                break;
            case AppKind:
                App = Map(row.GetString(3));
                break;
            case UserKind:
                User = Map(row.GetString(3));
                break;
            default:
                Events.Add(StoredEvent.Read(
                    Encoding.UTF8.GetBytes(row.GetString(3)), row.GetString(2), row.GetString(4), row.GetTimestamp(6), row.GetInt64(5)));
                break;
        }
    }

    /// <summary>The session as it was read, but for what was changed in the state maps since.</summary>
    public Session ToSession(string app) => ToSession(app, _session!, ScopedState.Merge(State, App ?? [], User ?? []), Events);

    /// <summary>A row of a list, which has its user's state beside its own.</summary>
    public static Session ToListed(string app, SpannerRow row, Dictionary<string, JsonElement> appState) => ToSession(
        app, row, ScopedState.Merge(Map(row.GetString(3)), appState, row.IsNull(4) ? [] : Map(row.GetString(4))), []);

    public static Dictionary<string, JsonElement> Map(string json) => new(StorageJson.ReadMap(Encoding.UTF8.GetBytes(json)), StringComparer.Ordinal);

    private static Session ToSession(string app, SpannerRow row, Dictionary<string, JsonElement> state, IReadOnlyList<SessionEvent> events) => new(
        new(app, row.GetString(1), row.GetString(2)), state, row.GetInt64(5), row.GetTimestamp(7), row.GetTimestamp(6), events)
    {
        DisplayName = row.GetString(9),
        Labels = SessionLabels.FromJson(Encoding.UTF8.GetBytes(row.GetString(10))),
        ExpireTime = row.IsNull(8) ? null : row.GetTimestamp(8),
    };
}
