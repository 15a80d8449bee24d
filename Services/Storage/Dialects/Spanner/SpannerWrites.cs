using System.Text;
using System.Text.Json;
using Runtime.GoogleCloud.Spanner;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>What each operation adds to the commit, given what its transaction read.</summary>
internal sealed class SpannerWrites(StorageLimits limits)
{
    /// <summary>Makes the session, and the state rows of its app and user.</summary>
    public Session Create(SpannerTransaction transaction, SessionKey key, NewSession session, SessionRows found, DateTimeOffset now)
    {
        var (app, user) = (found.App ?? [], found.User ?? []);
        var state = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var text = Overwrite(state, session.State.Session);
        ChangeScopes(transaction, key, (app, found.App is null), (user, found.User is null), session.State, now);
        var expires = session.ExpireTime is { } moment ? EventTime.ToMicroseconds(moment) : (DateTimeOffset?)null;
        transaction.Write(SpannerMutations.Insert(
            "sessions",
            [
                .. Key(key), ("state", text), ("create_time", now), ("update_time", now), ("runtime_revision", 0L), ("runtime_initial_state", text),
                ("runtime_display_name", session.DisplayName), ("runtime_labels", session.Labels.ToJson()), ("runtime_expire_time", expires),
            ]));
        return new(key, ScopedState.Merge(state, app, user), 0, now, now, [])
        {
            DisplayName = session.DisplayName,
            Labels = session.Labels,
            ExpireTime = expires,
        };
    }

    public WriteOutcome Append(
        SpannerTransaction transaction, SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, SessionRows found)
    {
        var present = found.Events.ToDictionary(stored => stored.Id, StringComparer.Ordinal);
        var places = new EventPlace[offered.Count];
        var fresh = new List<int>(offered.Count);
        for (var index = 0; index < offered.Count; index++)
        {
            if (!present.TryGetValue(offered[index].Id, out var stored))
            {
                fresh.Add(index);
            }
            else if (offered[index].SameAs(stored))
            {
                places[index] = new(stored.Revision, stored.Timestamp, Already: true);
            }
            else
            {
                return new EventIdTaken(stored.Id);
            }
        }

        if (fresh.Count is 0)
        {
            return new BatchAppended(places);
        }

        var revision = found.Revision;
        if (expectedRevision is { } expected && expected != revision)
        {
            return new RevisionConflict(revision);
        }

        foreach (var index in fresh)
        {
            var added = offered[index];
            places[index] = new(++revision, added.Timestamp, Already: false);
            transaction.Write(SpannerMutations.Insert(
                "events",
                ("app_name", key.App), ("user_id", key.User), ("session_id", key.Id), ("id", added.Id), ("invocation_id", added.InvocationId),
                ("timestamp", added.Timestamp), ("event_data", Encoding.UTF8.GetString(added.Json.Span)), ("runtime_revision", revision)));
        }

        var (delta, time) = (ScopedState.Join(fresh.Select(index => offered[index].Delta)), offered[fresh[^1]].Timestamp);
        List<(string, SpannerValue)> changes = [.. Key(key), ("update_time", time), ("runtime_revision", revision)];
        ChangeState(changes, found, delta);
        transaction.Write(SpannerMutations.Update("sessions", [.. changes]));
        ChangeScopes(transaction, key, (found.App ?? [], false), (found.User ?? [], false), delta, time);
        return new BatchAppended(places);
    }

    public Session Update(SpannerTransaction transaction, SessionKey key, SessionUpdate update, SessionRows found, DateTimeOffset now)
    {
        var (app, user) = (found.App ?? [], found.User ?? []);
        var session = found.ToSession(key.App);
        List<(string, SpannerValue)> changes = [];
        if (update.ChangesState)
        {
            if (update.ReplaceSessionState)
            {
                found.State.Clear();
            }

            session = session with { Revision = session.Revision + 1, UpdateTime = now };
            changes.AddRange([("update_time", now), ("runtime_revision", session.Revision)]);
            ChangeState(changes, found, update.State, update.ReplaceSessionState);
            ChangeScopes(transaction, key, (app, false), (user, false), update.State, now);
        }

        if (update.DisplayName is { } name)
        {
            session = session with { DisplayName = name };
            changes.Add(("runtime_display_name", name));
        }

        if (update.Labels is { } labels)
        {
            session = session with { Labels = labels };
            changes.Add(("runtime_labels", labels.ToJson()));
        }

        if (update.Expiry is { } expiry)
        {
            session = session with { ExpireTime = expiry.Time is { } moment ? EventTime.ToMicroseconds(moment) : null };
            changes.Add(("runtime_expire_time", session.ExpireTime));
        }

        if (changes.Count > 0)
        {
            transaction.Write(SpannerMutations.Update("sessions", [.. Key(key), .. changes]));
        }

        return session with { State = ScopedState.Merge(found.State, app, user) };
    }

    /// <summary>Deletes one event, and returns the revision that this makes.</summary>
    public static long DeleteEvent(SpannerTransaction transaction, SessionKey key, string eventId, SessionRows found)
    {
        var revision = found.Revision + 1;
        transaction.Write(
            SpannerMutations.Delete("events", key.App, key.User, key.Id, eventId),
            SpannerMutations.Update("sessions", [.. Key(key), ("runtime_revision", revision)]));
        return revision;
    }

    /// <summary>Deletes the session and all its events.</summary>
    public static void Delete(SpannerTransaction transaction, SessionKey key) => transaction.Write(
        SpannerMutations.DeletePrefix("events", key.App, key.User, key.Id),
        SpannerMutations.Delete("sessions", key.App, key.User, key.Id));

    /// <summary>Deletes events by their ids, from the first to the last in the order of the key.</summary>
    public static void DeleteEvents(SpannerTransaction transaction, SessionKey key, string first, string last) => transaction.Write(
        SpannerMutations.DeleteRange("events", [key.App, key.User, key.Id, first], [key.App, key.User, key.Id, last]));

    private static (string, SpannerValue)[] Key(SessionKey key) => [("app_name", key.App), ("user_id", key.User), ("id", key.Id)];

    private void ChangeState(List<(string, SpannerValue)> changes, SessionRows found, ScopedState delta, bool replace = false)
    {
        if (replace || delta.Session.Count > 0)
        {
            changes.Add(("state", Overwrite(found.State, delta.Session)));
        }
    }

    private void ChangeScopes(
        SpannerTransaction transaction,
        SessionKey key,
        (Dictionary<string, JsonElement> State, bool Make) app,
        (Dictionary<string, JsonElement> State, bool Make) user,
        ScopedState delta,
        DateTimeOffset time)
    {
        if (app.Make || delta.App.Count > 0)
        {
            transaction.Write(SpannerMutations.InsertOrUpdate(
                "app_states", ("app_name", key.App), ("state", Overwrite(app.State, delta.App)), ("update_time", time)));
        }

        if (user.Make || delta.User.Count > 0)
        {
            transaction.Write(SpannerMutations.InsertOrUpdate(
                "user_states",
                ("app_name", key.App), ("user_id", key.User), ("state", Overwrite(user.State, delta.User)), ("update_time", time)));
        }
    }

    /// <summary>Overwrites the keys of a delta, and returns the whole as it is to be stored.</summary>
    private string Overwrite(Dictionary<string, JsonElement> state, IReadOnlyDictionary<string, JsonElement> delta)
    {
        foreach (var (name, value) in delta)
        {
            state[name] = value;
        }

        var json = StorageJson.Write(state);
        return json.Length <= limits.MaxStateBytes || delta.Count is 0 ? Encoding.UTF8.GetString(json) : throw limits.StateTooLarge();
    }
}
