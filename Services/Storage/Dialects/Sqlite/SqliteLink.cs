using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>One open connection with its prepared statements. For one thread at a time.</summary>
internal sealed class SqliteLink : IDisposable
{
    private const int HasMovedControl = 20;

    // synchronous=FULL: in WAL mode the default of NORMAL may lose acknowledged commits when the power fails. A log of 16 MiB, four times
    // the default, is carried into the file less often, and a page that changed many times is then written once.
    private const string Pragmas = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;
        PRAGMA wal_autocheckpoint = 4000;
        """;

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    private SqliteLink(SqliteConnection connection) => _connection = connection;

    /// <summary>Gets whether a transaction is open; some errors end it without being asked to.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    /// <summary>Gets or sets the layout of the tables; <see langword="null"/> until they were looked at.</summary>
    public SqliteLayout? Layout { get; set; }

    /// <summary>Opens the database and waits for other processes at most <paramref name="patience"/> in each statement.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteLink Open(SqliteConnectionStringBuilder settings, TimeSpan patience)
    {
        var connection = new SqliteConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            _ = raw.sqlite3_busy_timeout(connection.Handle, (int)patience.TotalMilliseconds);
            var link = new SqliteLink(connection);
            link.ExecuteScript(Pragmas);
            return link;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that is there, to read it as it is.</summary>
    /// <param name="source">A path, or a URI of SQLite.</param>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public static SqliteLink OpenToRead(string source, TimeSpan patience)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            _ = raw.sqlite3_busy_timeout(connection.Handle, (int)patience.TotalMilliseconds);
            return new SqliteLink(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Tells whether the file is no longer where it was opened: what is written then, nobody will find. Never so in memory.</summary>
    public bool HasMoved() => FileControl(_connection.Handle!, "main", HasMovedControl, out var moved) == raw.SQLITE_OK && moved != 0;

    /// <summary>Gives a statement that is ready to be bound; prepared at its first use.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            var code = raw.sqlite3_prepare_v3(_connection.Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var prepared);
            SqliteException.ThrowExceptionForRC(code, _connection.Handle);
            _statements[sql] = statement = new(_connection.Handle!, prepared);
        }

        return statement;
    }

    public int Execute(string sql) => Prepare(sql).Execute();

    /// <summary>Runs statements that are seldom needed, one after the other.</summary>
    public void ExecuteScript(string sql)
    {
        var code = raw.sqlite3_exec(_connection.Handle, sql);
        SqliteException.ThrowExceptionForRC(code, _connection.Handle);
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Close();
        }

        _connection.Dispose();
    }

    // The managed wrapper leaves this function of SQLite out.
    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", CallingConvention = CallingConvention.Cdecl)]
    private static extern int FileControl(sqlite3 database, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int operation, out int answer);
}
