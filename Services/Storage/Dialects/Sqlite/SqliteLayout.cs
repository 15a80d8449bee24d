using System.Globalization;
using Runtime.Storage.Events;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>How the program that made a file keeps times; the statements are the same for all.</summary>
internal abstract class SqliteLayout
{
    /// <summary>ADK JS and this service: whole milliseconds since 1970, the rest of an event's time in <c>runtime_micros</c>.</summary>
    public static SqliteLayout Milliseconds { get; } = new MillisecondLayout();

    /// <summary>ADK Python's <c>DatabaseSessionService</c>: text of a date and time without a zone.</summary>
    public static SqliteLayout DateText { get; } = new DateTextLayout();

    /// <summary>ADK Python's <c>SqliteSessionService</c>: real seconds since 1970.</summary>
    public static SqliteLayout RealSeconds { get; } = new RealSecondsLayout();

    /// <summary>Gets the unit of <c>timestamp</c> inside an event's JSON.</summary>
    public virtual EventTimeUnit EventUnit => EventTimeUnit.Seconds;

    /// <summary>Gets whether a time that was read says exactly which column value it came from.</summary>
    public virtual bool IsExact => false;

    /// <summary>Gets whether the time in an event's JSON is to be trusted more than the column, which is in the zone of some host.</summary>
    public virtual bool IsLocal => false;

    /// <summary>Gets whether the file has the table that tells ADK's schema version.</summary>
    public virtual bool HasVersion => true;

    /// <summary>Writes a time, rounded down to what the column keeps.</summary>
    public abstract SqliteTime Column(DateTimeOffset time);

    /// <summary>Writes the earliest time of the column that is not before <paramref name="time"/>.</summary>
    public virtual SqliteTime NotBefore(DateTimeOffset time) => Column(time);

    /// <summary>The part of a time that the column does not keep, in microseconds.</summary>
    public virtual long Rest(DateTimeOffset time) => 0;

    /// <summary>Reads a time.</summary>
    public abstract DateTimeOffset Read(SqliteStatement row, int column);

    /// <summary>The time as a reader will see it again.</summary>
    public virtual DateTimeOffset Rounded(DateTimeOffset time) => EventTime.ToMicroseconds(time);

    private sealed class MillisecondLayout : SqliteLayout
    {
        public override EventTimeUnit EventUnit => EventTimeUnit.Milliseconds;

        public override bool IsExact => true;

        public override SqliteTime Column(DateTimeOffset time) => new(Floor(EventTime.Micros(time)));

        public override SqliteTime NotBefore(DateTimeOffset time) => new(Floor(EventTime.Micros(time) + 999));

        public override long Rest(DateTimeOffset time) => EventTime.Micros(time) - (Floor(EventTime.Micros(time)) * 1000);

        public override DateTimeOffset Read(SqliteStatement row, int column) => EventTime.FromMicros(row.Long(column) * 1000);

        public override DateTimeOffset Rounded(DateTimeOffset time) => EventTime.FromMicros(Floor(EventTime.Micros(time)) * 1000);

        // Toward the past also before 1970, so that the rest is never negative.
        private static long Floor(long micros) => (micros / 1000) - (micros % 1000 < 0 ? 1 : 0);
    }

    private sealed class DateTextLayout : SqliteLayout
    {
        private const string Written = "yyyy-MM-dd HH:mm:ss.ffffff";

        // CURRENT_TIMESTAMP, a default of SQLAlchemy's columns, has no fraction.
        private const string Accepted = "yyyy-MM-dd HH:mm:ss.FFFFFF";

        public override bool IsLocal => true;

        public override SqliteTime Column(DateTimeOffset time) => new(Text: time.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture));

        public override DateTimeOffset Read(SqliteStatement row, int column)
        {
            var text = row.Text(column);
            return DateTimeOffset.TryParseExact(text, Accepted, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : throw new StorageException(StorageFailure.Unknown, $"A stored time is '{text}'.", $"Correct the row: times are written as {Written}, in UTC.");
        }
    }

    private sealed class RealSecondsLayout : SqliteLayout
    {
        public override bool HasVersion => false;

        public override SqliteTime Column(DateTimeOffset time) => new(Real: EventTime.Micros(time) / 1e6);

        public override DateTimeOffset Read(SqliteStatement row, int column) =>
            EventTime.FromMicros((long)Math.Round(row.Real(column) * 1e6));
    }
}
