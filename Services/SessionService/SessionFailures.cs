using System.Globalization;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>The refusals that several calls share.</summary>
internal static class SessionFailures
{
    public static NotFoundException Missing(SessionKey key) =>
        new($"User '{key.User}' has no session '{key.Id}' in app '{key.App}'. Call CreateSession first.", "SESSION_NOT_FOUND");

    public static StaleException Stale(SessionKey key, long expected, long current)
    {
        var stale = new StaleException($"Session '{key.Id}' is at revision {current}, not {expected}. Read it again, then repeat the change.", "STALE_SESSION");
        stale.Facts["current_revision"] = current.ToString(CultureInfo.InvariantCulture);
        return stale;
    }

    public static AlreadyExistsException EventIdTaken(SessionKey key, string eventId) =>
        new($"Session '{key.Id}' has an event '{eventId}' with other content. Give the new event an id of its own.", "EVENT_ID_TAKEN");
}
