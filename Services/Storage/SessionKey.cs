namespace Runtime.Storage;

/// <summary>Names one session. All three parts together: an id alone never finds a session, so no user reads another's.</summary>
/// <param name="App">The agent application; 1 to <see cref="MaxLength"/> characters.</param>
/// <param name="User">The user that the session belongs to; 1 to <see cref="MaxLength"/> characters.</param>
/// <param name="Id">The session id, unique for this user in this app.</param>
public readonly record struct SessionKey(string App, string User, string Id)
{
    /// <summary>The longest key part: the width of ADK's key columns.</summary>
    public const int MaxLength = 191;

    /// <summary>Checks the three parts and strips white space around the id.</summary>
    /// <exception cref="InvalidInputException">A part is empty, too long or holds a control character.</exception>
    public static SessionKey Parse(string app, string user, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new(Required("app_name", app), Required("user_id", user), Required("session_id", id.Trim()));
    }

    /// <summary>As <see cref="Parse"/>, but a blank id becomes a new one.</summary>
    public static SessionKey ParseOrNew(string app, string user, string? id) =>
        Parse(app, user, string.IsNullOrWhiteSpace(id) ? Guid.CreateVersion7().ToString() : id);

    internal static string Required(string field, string value, int maxLength = MaxLength)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length == 0)
        {
            throw new InvalidInputException(field, came: null, $"1 to {maxLength} characters");
        }

        return Optional(field, value, maxLength);
    }

    internal static string Optional(string field, string value, int maxLength)
    {
        // PostgreSQL text cannot hold U+0000; the other control characters have no business in a name and garble logs.
        return value.Length <= maxLength && !value.Any(char.IsControl)
            ? value
            : throw new InvalidInputException(field, value, $"at most {maxLength} characters, none of them a control character");
    }
}
