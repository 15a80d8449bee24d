using System.ComponentModel.DataAnnotations;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.Sqlite;

/// <summary>The fields of a SQLite source.</summary>
internal sealed class SqliteSettings
{
    /// <summary>Gets the path of the file, or <c>:memory:</c>.</summary>
    [Required]
    public string Database { get; init; } = "";

    /// <summary>Gets whether statements carry the trace in a comment; the gateway does not, since every call would be another statement.</summary>
    [AllowedValues(false, null)]
    public bool? SqlCommenter { get; init; }
}

/// <summary>A SQLite database.</summary>
internal sealed class SqliteSourceKind() : SourceKind<SqliteSettings>("sqlite")
{
    protected override ISource Open(Declaration declaration, SqliteSettings settings) => new SqliteSource(declaration.Name, settings.Database);
}
