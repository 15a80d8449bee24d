using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex;

/// <summary>The fields of a session that an update may change.</summary>
[Flags]
internal enum SessionFields
{
    None = 0,
    DisplayName = 1,
    Labels = 2,
    State = 4,
    Expiry = 8,
    All = DisplayName | Labels | State | Expiry,
}

/// <summary>Reads the mask of an update as https://google.aip.dev/134 has it: without a mask, what is said is changed; <c>*</c> is everything.</summary>
internal static class SessionMask
{
    private const string Allowed = "display_name, labels, session_state, ttl, expire_time and *";

    public static SessionFields Read(IReadOnlyCollection<string> paths, SessionInput input)
    {
        var named = paths.Count == 0 ? Said(input) : paths.Aggregate(SessionFields.None, (fields, path) => fields | Field(path));
        return named != SessionFields.None ? named : throw new InvalidArgumentException(
            "update_mask", paths.Count > 0 ? string.Join(',', paths) : null, $"{Allowed}; without a mask, a field of the session that is to change");
    }

    private static SessionFields Said(SessionInput input) =>
        (string.IsNullOrEmpty(input.DisplayName) ? SessionFields.None : SessionFields.DisplayName)
        | (input.Labels is { Count: > 0 } ? SessionFields.Labels : SessionFields.None)
        | (input.State is not null ? SessionFields.State : SessionFields.None)
        | (input.Ttl is not null || input.ExpireTime is not null ? SessionFields.Expiry : SessionFields.None);

    private static SessionFields Field(string path) => path switch
    {
        "*" => SessionFields.All,
        "display_name" or "displayName" => SessionFields.DisplayName,
        "labels" => SessionFields.Labels,
        "session_state" or "sessionState" => SessionFields.State,
        "ttl" or "expire_time" or "expireTime" or "expiration" => SessionFields.Expiry,
        // Said along by clients that send whole sessions: https://google.aip.dev/203 has output fields ignored. A user that differs is refused elsewhere.
        "name" or "user_id" or "userId" or "create_time" or "createTime" or "update_time" or "updateTime" => SessionFields.None,
        _ => throw new InvalidArgumentException("update_mask", path, Allowed),
    };
}
