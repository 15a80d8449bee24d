using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>A prepared statement of one connection; <see cref="Dispose"/> ends one run of it and keeps it for the next.</summary>
/// <remarks>
/// SQLite's own functions instead of the driver's commands, which box every value and take text as UTF-16: events and state are UTF-8 here,
/// and a statement takes a few microseconds.
/// </remarks>
internal sealed class SqliteStatement(sqlite3 database, sqlite3_stmt statement) : IDisposable
{
    public SqliteStatement Bind(int at, long value) => Checked(raw.sqlite3_bind_int64(statement, at, value));

    public SqliteStatement Bind(int at, string? value) =>
        Checked(value is null ? raw.sqlite3_bind_null(statement, at) : raw.sqlite3_bind_text(statement, at, value));

    public SqliteStatement Bind(int at, byte[]? utf8) => utf8 is null ? Bind(at, null as string) : Bind(at, utf8.AsSpan());

    /// <summary>Binds text that is UTF-8 already.</summary>
    public SqliteStatement Bind(int at, ReadOnlySpan<byte> utf8) => Checked(raw.sqlite3_bind_text(statement, at, utf8));

    public SqliteStatement Bind(int at, SqliteTime time) => time switch
    {
        { Text: { } text } => Bind(at, text),
        { Real: { } real } => Checked(raw.sqlite3_bind_double(statement, at, real)),
        _ => Bind(at, time.Whole),
    };

    /// <summary>Binds app, user and session to 1, 2 and 3, where every statement on a session has them.</summary>
    public SqliteStatement Bind(SessionKey key) => Bind(1, key.App).Bind(2, key.User).Bind(3, key.Id);

    /// <summary>Runs to the end.</summary>
    /// <returns>The rows that an INSERT, UPDATE or DELETE changed, without those of triggers.</returns>
    public int Execute()
    {
        try
        {
            while (Read())
            {
            }

            return raw.sqlite3_changes(database);
        }
        finally
        {
            Dispose();
        }
    }

    public bool Read() => raw.sqlite3_step(statement) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw Error(code),
    };

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(statement, column);

    public double Real(int column) => raw.sqlite3_column_double(statement, column);

    /// <summary>A time exactly as the column holds it.</summary>
    public SqliteTime Time(int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_TEXT => new(Text: Text(column)),
        raw.SQLITE_FLOAT => new(Real: Real(column)),
        _ => new(Long(column)),
    };

    public string Text(int column) => Encoding.UTF8.GetString(Utf8(column));

    /// <summary>The text of a column, until the next row or the end of the run; empty for NULL.</summary>
    public ReadOnlySpan<byte> Utf8(int column) => raw.sqlite3_column_blob(statement, column);

    /// <summary>Ends the run, so that it holds no snapshot, and forgets the values, which may be large.</summary>
    public void Dispose()
    {
        // The result repeats what the last step has thrown already.
        _ = raw.sqlite3_reset(statement);
        _ = raw.sqlite3_clear_bindings(statement);
    }

    /// <summary>Ends the statement itself.</summary>
    public void Close() => statement.Dispose();

    private SqliteStatement Checked(int code) => code == raw.SQLITE_OK ? this : throw Error(code);

    private SqliteException Error(int code) =>
        new(raw.sqlite3_errmsg(database).utf8_to_string(), code & 0xff, raw.sqlite3_extended_errcode(database));
}
