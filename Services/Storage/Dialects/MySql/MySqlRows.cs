using System.Text;
using MySqlConnector;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Reads rows in the order of columns that <see cref="MySqlSql"/> gives.</summary>
internal static class MySqlRows
{
    public static Session Session(MySqlDataReader reader, SessionKey key, byte[]? app, byte[]? user, IReadOnlyList<SessionEvent> events) => new(
        key,
        ScopedState.Merge(StorageJson.ReadMap(Bytes(reader, 8)), StorageJson.ReadMap(app), StorageJson.ReadMap(user)),
        reader.GetInt64(0),
        MySqlLayout.Join(reader.GetDateTime(1), reader.GetInt32(2)),
        MySqlLayout.Join(reader.GetDateTime(3), reader.GetInt32(4)),
        events)
    {
        DisplayName = reader.GetString(5),
        Labels = SessionLabels.FromJson(Bytes(reader, 6)),
        ExpireTime = reader.GetInt64(7) is var expires and > 0 ? EventTime.FromMicros(expires) : null,
    };

    public static SessionEvent Event(MySqlDataReader reader, MySqlLayout layout)
    {
        var exact = reader.GetString(6);
        var json = exact.Length > 0 ? Encoding.UTF8.GetBytes(exact) : Bytes(reader, 5) ?? "{}"u8.ToArray();
        var column = MySqlLayout.Join(reader.GetDateTime(2), reader.GetInt32(3));
        var time = layout.IsPythonMade ? EventTime.InJson(json) ?? column : column;
        return StoredEvent.Read(json, reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1), time, reader.GetInt64(4));
    }

    public static byte[]? Bytes(MySqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Encoding.UTF8.GetBytes(reader.GetString(column));
}
