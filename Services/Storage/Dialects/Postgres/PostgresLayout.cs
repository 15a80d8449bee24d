using NpgsqlTypes;
using Runtime.Storage.Events;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>What differs between the tables of one ADK and another. The statements are the same: parameters are sent in the column's type.</summary>
/// <param name="TimeType">The type of all times.</param>
/// <param name="Unit">The unit of <c>timestamp</c> inside an event's JSON.</param>
/// <param name="KeyWidth">The longest key part or event id.</param>
/// <param name="HasLocalTimes">
/// The writer puts its host's local time into an event's time, so the JSON, which has a number, is trusted more. This store writes UTC.
/// </param>
/// <param name="HasText">The events have a column with their text, so that reading them does not make it of the stored value each time.</param>
internal sealed record PostgresLayout(NpgsqlDbType TimeType, EventTimeUnit Unit, int KeyWidth, bool HasLocalTimes, bool HasText = false)
{
    private static readonly PostgresLayout _adkJs = new(NpgsqlDbType.TimestampTz, EventTimeUnit.Milliseconds, SessionKey.MaxLength, HasLocalTimes: false);

    private static readonly PostgresLayout _adkPython = new(NpgsqlDbType.Timestamp, EventTimeUnit.Seconds, 128, HasLocalTimes: true);

    /// <summary>Tells the layout by the type of <c>events.timestamp</c>; no table yet is this store's own layout, which is that of ADK JS.</summary>
    /// <exception cref="StorageException">No ADK that this store knows makes such a column.</exception>
    public static PostgresLayout Of(string? timeType, bool hasText) => timeType switch
    {
        null or "timestamp with time zone" => _adkJs with { HasText = hasText },
        "timestamp without time zone" => _adkPython with { HasText = hasText },
        _ => throw new StorageException(
            StorageFailure.SchemaOutdated, $"The session database keeps event times as '{timeType}', which is neither ADK Python's layout nor ADK JS's.",
            "Name an empty database, or one that this service, ADK Python or ADK JS created."),
    };

    /// <summary>Checks the keys of a session that is to be created; a longer one was never stored, so reads need no check.</summary>
    /// <exception cref="InvalidInputException">A part is wider than its column.</exception>
    public void Require(SessionKey key)
    {
        Require("app_name", key.App);
        Require("user_id", key.User);
        Require("session_id", key.Id);
    }

    /// <summary>Checks the id of an event.</summary>
    /// <exception cref="InvalidInputException">It is wider than its column.</exception>
    public void Require(PreparedEvent offered) => Require("event.id", offered.Id);

    /// <summary>A time as the driver wants it for a column of <see cref="TimeType"/>. The ends of time are infinity.</summary>
    public DateTime Column(DateTimeOffset time) =>
        TimeType == NpgsqlDbType.TimestampTz ? time.UtcDateTime : DateTime.SpecifyKind(time.UtcDateTime, DateTimeKind.Unspecified);

    private void Require(string field, string value)
    {
        if (value.Length > KeyWidth)
        {
            throw new InvalidInputException(field, value, $"at most {KeyWidth} characters, the width that ADK Python gave this database's columns");
        }
    }
}
