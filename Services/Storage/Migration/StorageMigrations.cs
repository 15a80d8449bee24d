using Runtime.Storage.Connections;
using Runtime.Storage.Dialects.MySql;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.Dialects.Sqlite;

namespace Runtime.Storage.Migration;

/// <summary>The changes of the schema that a command makes. What only adds columns or indexes of this service is no migration: every start does it.</summary>
public static class StorageMigrations
{
    /// <summary>The ADK schema version that the newest step leads to.</summary>
    public const int Newest = 1;

    /// <summary>Gets all steps, oldest first.</summary>
    public static IReadOnlyList<MigrationStep> All { get; } =
    [
        new(0, 1, "Events as JSON: read the Python pickles of ADK up to 1.21, write whole events"),
    ];

    // Databases that an ADK of schema version 0 could have been using; a new one is a line here.
    private static readonly Dictionary<string, Func<ConnectionUrl, MigrationDatabase>> _databases = new(StringComparer.Ordinal)
    {
        ["postgres"] = PostgresMigration.For,
        ["sqlite"] = SqliteMigration.For,
        ["mysql"] = MySqlMigration.For,
    };

    /// <summary>Prepares to migrate the database of an address, without connecting yet.</summary>
    /// <exception cref="ConnectionUrlException">The address cannot work, or its database is of a kind that has nothing to migrate.</exception>
    public static StorageMigrator Open(string address, MigrationOptions options)
    {
        var dialect = StorageDialects.BuiltIn.Find(address, out var url);
        return _databases.TryGetValue(dialect.Name, out var open)
            ? new StorageMigrator(() => open(url), options)
            : throw new ConnectionUrlException(
                $"'{ConnectionUrl.Mask(address)}' is of a kind that is never migrated.", $"Name a database of {string.Join(", ", _databases.Keys)}.");
    }
}
