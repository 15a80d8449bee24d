using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Values on their way to the driver and back.</summary>
internal static class PostgresValues
{
    /// <summary>The column behind those that <see cref="Session"/> reads.</summary>
    public const int AfterSession = 9;

    private const int TimeInEvent = 2;

    public static NpgsqlParameterCollection Key(this NpgsqlParameterCollection parameters, SessionKey key) =>
        parameters.Text(key.App).Text(key.User).Text(key.Id);

    public static NpgsqlParameterCollection Text(this NpgsqlParameterCollection parameters, string? value) =>
        parameters.Value(value ?? (object)DBNull.Value, NpgsqlDbType.Text);

    public static NpgsqlParameterCollection Number(this NpgsqlParameterCollection parameters, long? value) =>
        parameters.Value(value ?? (object)DBNull.Value, NpgsqlDbType.Bigint);

    public static NpgsqlParameterCollection Json(this NpgsqlParameterCollection parameters, ReadOnlyMemory<byte> value)
    {
        parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        return parameters;
    }

    public static NpgsqlParameterCollection Json(this NpgsqlParameterCollection parameters, string? value) =>
        parameters.Value(value ?? (object)DBNull.Value, NpgsqlDbType.Jsonb);

    /// <summary>Adds the three maps of a state change, each the size of what changes and no larger.</summary>
    public static NpgsqlParameterCollection State(this NpgsqlParameterCollection parameters, StateBytes delta) =>
        parameters.Json(delta.Session).Json(delta.App).Json(delta.User);

    public static NpgsqlParameterCollection Time(this NpgsqlParameterCollection parameters, PostgresLayout layout, DateTimeOffset value)
    {
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = layout.Column(value), NpgsqlDbType = layout.TimeType });
        return parameters;
    }

    public static NpgsqlParameterCollection Array<T>(this NpgsqlParameterCollection parameters, T[] values, NpgsqlDbType type) =>
        parameters.Value(values, NpgsqlDbType.Array | type);

    /// <summary>jsonb has no U+0000. Such an event keeps its exact text in a column of its own, and a readable stand-in where ADK looks.</summary>
    public static (ReadOnlyMemory<byte> Json, string Exact) ForJsonb(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\\u0000"u8) < 0)
        {
            return (json, "");
        }

        var exact = Encoding.UTF8.GetString(json.Span);
        return (Encoding.UTF8.GetBytes(exact.Replace("\\u0000", "\\ufffd", StringComparison.Ordinal)), exact);
    }

    /// <summary>Reads <see cref="PostgresSql.SessionColumns"/> and, behind them, app and user state.</summary>
    /// <param name="app">The app's state, where it was read before.</param>
    public static Session Session(
        this NpgsqlDataReader reader, SessionKey key, IReadOnlyList<SessionEvent> events, IReadOnlyDictionary<string, JsonElement>? app = null) => new(
        key,
        ScopedState.Merge(reader.Map(6), app ?? reader.Map(7), reader.Map(8)),
        reader.GetInt64(2), reader.Time(0), reader.Time(1), events)
    {
        DisplayName = reader.GetString(3),
        Labels = SessionLabels.FromJson(reader.GetFieldValue<byte[]>(4)),
        ExpireTime = Expiry(reader.GetInt64(5)),
    };

    /// <summary>Reads <see cref="PostgresSql.EventColumns"/>.</summary>
    public static SessionEvent Event(this NpgsqlDataReader reader, PostgresLayout layout, int first)
    {
        var exact = reader.GetString(first + 5);
        var json = exact.Length > 0 ? Encoding.UTF8.GetBytes(exact)
            : reader.IsDBNull(first + 4) ? "{}"u8.ToArray()
            : reader.GetFieldValue<byte[]>(first + 4);
        var time = (layout.HasLocalTimes ? EventTime.InJson(json) : null) ?? reader.EventTimeColumn(first);
        return StoredEvent.Read(json, reader.GetString(first), reader.GetString(first + 1), time, reader.GetInt64(first + 3));
    }

    /// <summary>The time that an event of <see cref="Event"/> is ordered by, whatever its JSON says.</summary>
    public static DateTimeOffset EventTimeColumn(this NpgsqlDataReader reader, int first) => reader.Time(first + TimeInEvent);

    /// <summary>The time in the <c>runtime_expires</c> column: 0 is never.</summary>
    public static long Expires(DateTimeOffset? time) => time is { } set ? EventTime.Micros(set) : 0;

    public static IReadOnlyDictionary<string, JsonElement> Map(this NpgsqlDataReader reader, int column) =>
        StorageJson.ReadMap(reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column));

    private static DateTimeOffset? Expiry(long micros) => micros == 0 ? null : EventTime.FromMicros(micros);

    private static DateTimeOffset Time(this NpgsqlDataReader reader, int column) => new(reader.GetDateTime(column), TimeSpan.Zero);

    private static NpgsqlParameterCollection Value(this NpgsqlParameterCollection parameters, object value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        return parameters;
    }
}
