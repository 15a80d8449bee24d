using Npgsql;
using NpgsqlTypes;
using Runtime.Storage.Events;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>One event on its way to its session: what its statement needs, by itself or with others.</summary>
/// <param name="Key">The session whose row the statement locks.</param>
/// <param name="Now">The time that decides which sessions have expired, in microseconds.</param>
/// <param name="ExpectedRevision">The revision that the session has to have; <see langword="null"/> for any.</param>
/// <param name="Delta">The change of state.</param>
/// <param name="Offered">The event.</param>
/// <param name="Layout">The layout of the tables that <paramref name="Json"/> is for.</param>
/// <param name="Json">The event as jsonb can have it.</param>
/// <param name="Exact">The event's exact text where jsonb cannot have it; otherwise empty.</param>
internal sealed record PostgresAppend(
    SessionKey Key, long Now, long? ExpectedRevision, StateBytes Delta, PreparedEvent Offered, PostgresLayout Layout, ReadOnlyMemory<byte> Json, string Exact)
{
    // A statement's parameters are in the server's memory all at once.
    private const int MostJsonTogether = 64 * 1024;

    /// <summary>Makes the statement that appends it by itself; it returns the new revision, or no row.</summary>
    public NpgsqlBatchCommand Statement(PostgresSql sql)
    {
        var command = new NpgsqlBatchCommand(sql.AppendFor(Delta));
        command.Parameters.Key(Key).Number(Now).Number(ExpectedRevision).Time(Layout, Offered.Timestamp).State(Delta)
            .Text(Offered.Id).Text(Offered.InvocationId).Json(Json).Text(Exact);
        return command;
    }

    /// <summary>Gets whether one statement can have all of these, if they are of different sessions.</summary>
    public static bool FitTogether(IReadOnlyList<PostgresAppend> appends) =>
        appends.All(one => one.Delta.OnlySession && one.Layout == appends[0].Layout && one.Json.Length + one.Exact.Length <= MostJsonTogether);

    /// <summary>Makes one statement that appends all of these, of different sessions; it returns the place, from 1, and the new revision of each that it appended.</summary>
    public static NpgsqlBatchCommand Statement(PostgresSql sql, IReadOnlyList<PostgresAppend> appends)
    {
        var layout = appends[0].Layout;
        var command = new NpgsqlBatchCommand(sql.AppendTogether);
        command.Parameters.Number(appends.Max(one => one.Now))
            .Array(Each(one => one.Key.App), NpgsqlDbType.Text)
            .Array(Each(one => one.Key.User), NpgsqlDbType.Text)
            .Array(Each(one => one.Key.Id), NpgsqlDbType.Text)
            .Array(Each(one => one.ExpectedRevision), NpgsqlDbType.Bigint)
            .Array(Each(one => layout.Column(one.Offered.Timestamp)), layout.TimeType)
            .Array(Each(one => one.Delta.Scopes == 0 ? null : one.Delta.Session), NpgsqlDbType.Jsonb)
            .Array(Each(one => one.Offered.Id), NpgsqlDbType.Text)
            .Array(Each(one => one.Offered.InvocationId), NpgsqlDbType.Text)
            .Array(Each(one => one.Json), NpgsqlDbType.Jsonb)
            .Array(Each(one => one.Exact), NpgsqlDbType.Text);
        return command;

        T[] Each<T>(Func<PostgresAppend, T> value) => [.. appends.Select(value)];
    }
}
