using Microsoft.Data.Sqlite;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>Statements inside one transaction. A parameter that a statement does not mention is left out.</summary>
internal readonly record struct SqliteWork(SqliteConnection Connection, SqliteTransaction Transaction)
{
    public int Execute(string sql, (string Name, object Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    public SqliteDataReader Query(string sql, (string Name, object Value)[] parameters)
    {
        // The reader holds the statement; the command itself owns nothing else.
        var command = Command(sql, parameters);
        return command.ExecuteReader();
    }

    private SqliteCommand Command(string sql, (string Name, object Value)[] parameters)
    {
        var command = Connection.CreateCommand();
        command.Transaction = Transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            if (sql.Contains(name, StringComparison.Ordinal))
            {
                command.Parameters.AddWithValue(name, value);
            }
        }

        return command;
    }
}
