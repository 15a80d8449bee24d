using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.SessionService.Expiry;
using Runtime.Storage;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.SessionService.Vertex;

/// <summary>The calls of <c>google.cloud.aiplatform.*.SessionService</c> on the store, for both transports and both versions.</summary>
/// <remarks>Rules of names, lifetimes and defaults are those of https://cloud.google.com/vertex-ai/docs/reference/rpc/google.cloud.aiplatform.v1beta1.</remarks>
internal sealed partial class VertexSessions(
    ISessionStore store, EngineApps apps, SessionOwners owners, SessionLifetimes lifetimes, IOptions<VertexOptions> options,
    IOptions<SessionOptions> limits, TimeProvider time)
{
    private readonly VertexOptions _options = options.Value;
    private readonly SessionOptions _limits = limits.Value;

    /// <summary>Gets whether state keys with <c>app:</c> and <c>user:</c> are the session's own.</summary>
    public bool SessionScopeOnly => _options.StateSharing == StateSharing.Session;

    /// <param name="sessionId">The id that the caller chose; empty to have one made.</param>
    public async Task<Session> CreateAsync(EngineName engine, string sessionId, SessionInput input, CancellationToken cancellationToken)
    {
        var app = apps.AppOf(engine, "parent");
        if (input.UserId.Length == 0)
        {
            throw new InvalidArgumentException("session.user_id", came: null, "the id of the user that the session belongs to");
        }

        if (sessionId.Length > 0 && !ChosenId().IsMatch(sessionId))
        {
            throw new InvalidArgumentException("session_id", sessionId,
                "1 to 63 characters of a-z, 0-9 and '-', the first a letter, the last a letter or a digit; or nothing, and the server chooses");
        }

        var key = SessionKey.Parse(app, input.UserId, sessionId.Length > 0 ? sessionId : NewId());
        var session = new NewSession(StateOf(input) ?? ScopedState.Empty)
        {
            DisplayName = SessionLabels.ParseName(input.DisplayName ?? "", "session.display_name"),
            Labels = SessionLabels.Parse(input.Labels ?? SessionLabels.None, "session.labels"),
            ExpireTime = ExpiryOf(input, createTime: null) ?? lifetimes.DefaultOf(app),
        };

        // Other users' sessions count as well: the API's names hold no user.
        if (sessionId.Length > 0 && (await store.FindUsersAsync(app, sessionId, cancellationToken)).Count > 0)
        {
            throw Taken();
        }

        if (await store.CreateAsync(key, session, cancellationToken) is not SessionCreated created)
        {
            throw Taken();
        }

        if (sessionId.Length > 0 && (await store.FindUsersAsync(app, sessionId, cancellationToken)).Count > 1)
        {
            // Somebody created the same for another user in the meantime. Whoever sees two steps back, at worst both.
            await store.DeleteAsync(key, cancellationToken);
            throw Taken();
        }

        owners.Remember(app, key.Id, key.User);
        return created.Session;

        AlreadyExistsException Taken() =>
            new($"Engine '{engine}' has a session '{sessionId}'. Choose another session_id, or leave it empty.", "SESSION_EXISTS");
    }

    public Task<Session> GetAsync(SessionName name, CancellationToken cancellationToken) =>
        OnSessionAsync(name, "name", key => store.GetAsync(key, new EventWindow(NumRecent: 0), cancellationToken), cancellationToken);

    public async Task<(IReadOnlyList<Session> Sessions, string NextPageToken)> ListAsync(
        EngineName engine, ListRequest request, CancellationToken cancellationToken)
    {
        var filter = ListRequests.SessionFilter(request.Filter);
        var order = ListRequests.SessionOrder(request.OrderBy);
        var query = new SessionListQuery(
            apps.AppOf(engine, "parent"),
            filter,
            ListRequests.PageSize(request.PageSize, _options.SessionsPageSize, _limits.MaxPageSize),
            order,
            SessionCursor.Decode(request.PageToken, order, filter));

        var page = await store.ListAsync(query, cancellationToken);
        var fitting = 0;
        for (long bytes = 0; fitting < page.Sessions.Count; fitting++)
        {
            bytes += page.Sessions[fitting].State.Sum(static entry => (long)entry.Key.Length + JsonMarshal.GetRawUtf8Value(entry.Value).Length);
            if (bytes > _options.MaxPageBytes && fitting > 0)
            {
                break;
            }
        }

        return fitting == page.Sessions.Count
            ? (page.Sessions, page.Next?.Encode() ?? "")
            : ([.. page.Sessions.Take(fitting)], SessionCursor.At(page.Sessions[fitting - 1], query).Encode());
    }

    /// <param name="paths">What the caller wants changed, snake_case; empty for all that is said.</param>
    public async Task<Session> UpdateAsync(SessionName name, SessionInput input, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var named = SessionMask.Read(paths, input);
        var state = named.HasFlag(SessionFields.State) ? StateOf(input) ?? ScopedState.Empty : null;
        var changesExpiry = named.HasFlag(SessionFields.Expiry);
        var updated = await OnSessionAsync(
            name,
            "session.name",
            async key =>
            {
                if (input.UserId.Length > 0 && input.UserId != key.User)
                {
                    throw new InvalidArgumentException("session.user_id", input.UserId, "the user that the session was created for, or nothing; it never changes");
                }

                var current = changesExpiry ? await store.GetAsync(key, new EventWindow(NumRecent: 0), cancellationToken) : null;
                if (changesExpiry && current is null)
                {
                    return null;
                }

                var outcome = await store.UpdateAsync(
                    key,
                    new SessionUpdate
                    {
                        State = state ?? ScopedState.Empty,
                        ReplaceSessionState = state is not null,
                        DisplayName = named.HasFlag(SessionFields.DisplayName) ? SessionLabels.ParseName(input.DisplayName ?? "", "session.display_name") : null,
                        Labels = named.HasFlag(SessionFields.Labels) ? SessionLabels.Parse(input.Labels ?? SessionLabels.None, "session.labels") : null,
                        Expiry = current is null ? null : new(ExpiryOf(input, current.CreateTime) ?? lifetimes.DefaultOf(key.App)),
                    },
                    expectedRevision: null,
                    cancellationToken);
                return outcome as SessionUpdated;
            },
            cancellationToken);
        return updated.Session;
    }

    public async Task DeleteAsync(SessionName name, CancellationToken cancellationToken)
    {
        await OnSessionAsync(name, "name", async key => await store.DeleteAsync(key, cancellationToken) ? key : null as object, cancellationToken);
        owners.Forget(apps.AppOf(name.Engine, "name"), name.Id);
    }

    public async Task<(IReadOnlyList<SessionEvent> Events, string NextPageToken)> ListEventsAsync(
        SessionName name, ListRequest request, CancellationToken cancellationToken)
    {
        var (from, until) = ListRequests.EventTimes(request.Filter);
        var query = new EventListQuery(
            ListRequests.PageSize(request.PageSize, _options.EventsPageSize, Math.Max(_options.EventsPageSize, _limits.MaxPageSize)),
            ListRequests.EventsDescending(request.OrderBy),
            from,
            until,
            MaxBytes: _options.MaxPageBytes);
        query = query with { After = EventCursor.Decode(request.PageToken, query) };

        var page = await OnSessionAsync(name, "parent", key => store.ListEventsAsync(key, query, cancellationToken), cancellationToken);
        return (page.Events, page.Next?.Encode() ?? "");
    }

    /// <summary>Appends an event; one that is stored already, equal in all but its spelling, is not stored again.</summary>
    /// <param name="prepare">Makes the event; with an id where the one that the caller's event has is taken.</param>
    public async Task AppendAsync(SessionName name, Func<string?, PreparedEvent> prepare, CancellationToken cancellationToken)
    {
        var offered = prepare(null);
        EventLimits.Require(offered.Json.Length, _limits);
        if (offered.Partial)
        {
            // A chunk of a streamed answer, which no store of ADK keeps; the session has to be there all the same.
            await OnSessionAsync(name, "name", key => store.GetAsync(key, new EventWindow(NumRecent: 0), cancellationToken), cancellationToken);
            return;
        }

        if (await AppendOnceAsync(offered) is EventIdTaken && await AppendOnceAsync(prepare(Guid.CreateVersion7().ToString())) is EventIdTaken)
        {
            throw new System.Diagnostics.UnreachableException("A new event id was taken.");
        }

        Task<WriteOutcome> AppendOnceAsync(PreparedEvent one) => OnSessionAsync(
            name,
            "name",
            async key => await store.AppendAsync(key, one, expectedRevision: null, cancellationToken) switch
            {
                SessionMissing => null,
                var outcome => outcome,
            },
            cancellationToken);
    }

    /// <summary>Finds whose session it is and makes the call, which answers nothing where there is no such session.</summary>
    private async Task<T> OnSessionAsync<T>(SessionName name, string field, Func<SessionKey, Task<T?>> call, CancellationToken cancellationToken)
        where T : class
    {
        var app = apps.AppOf(name.Engine, field);
        if (owners.Find(app, name.Id) is { } remembered)
        {
            if (await call(SessionKey.Parse(app, remembered, name.Id)) is { } answer)
            {
                return answer;
            }

            owners.Forget(app, name.Id);
        }

        switch (await store.FindUsersAsync(app, name.Id, cancellationToken))
        {
            case [var user]:
                if (await call(new SessionKey(app, user, name.Id)) is { } answer)
                {
                    owners.Remember(app, name.Id, user);
                    return answer;
                }

                break;
            case { Count: > 1 }:
                throw new PreconditionException(
                    $"Several users of app '{app}' have a session '{name.Id}', and the name '{name}' does not say whose is meant. Use the native API, or delete all but one.",
                    "SESSION_NAME_AMBIGUOUS");
            default:
                break;
        }

        throw new NotFoundException($"There is no session '{name}'. Create it first.", "SESSION_NOT_FOUND");
    }

    private ScopedState? StateOf(SessionInput input)
    {
        const string field = "session.session_state";
        if (input.State is not { ValueKind: not JsonValueKind.Null } state)
        {
            return null;
        }

        if (JsonMarshal.GetRawUtf8Value(state).Length > _limits.MaxEventBytes)
        {
            throw new LimitExceededException(
                $"Field '{field}' has more than {_limits.MaxEventBytes} bytes. Setting: {SessionOptions.Section}:{nameof(SessionOptions.MaxEventBytes)}. Fix: Keep large content as an artifact, and send a reference.");
        }

        return SessionScopeOnly ? ScopedState.OfSession(state, field) : ScopedState.Split(state, field);
    }

    /// <param name="createTime">When the session was created; <see langword="null"/> for now.</param>
    private DateTimeOffset? ExpiryOf(SessionInput input, DateTimeOffset? createTime)
    {
        if (input is { Ttl: not null, ExpireTime: not null })
        {
            throw new InvalidArgumentException("session.expire_time", $"{input.ExpireTime:O}", "either an expire_time or a ttl, not both");
        }

        var field = input.Ttl is not null ? "session.ttl" : "session.expire_time";
        DateTimeOffset? expires = input.Ttl is { } ttl ? lifetimes.After(ttl, field) : input.ExpireTime is { } moment ? lifetimes.At(moment, field) : null;
        return expires < (createTime ?? time.GetUtcNow()) + _options.MinimumLifetime
            ? throw new InvalidArgumentException(field, input.Ttl is { } came ? $"{came.Seconds}s" : $"{expires:O}",
                $"a time at least {_options.MinimumLifetime:c} after the session's creation (setting {VertexOptions.Section}:{nameof(VertexOptions.MinimumLifetime)})")
            : expires;
    }

    // Nineteen digits at most, as Vertex AI makes them.
    private static string NewId() =>
        (BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex ChosenId();
}
