using Microsoft.Data.Sqlite;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>A SQLite database with the tables of <c>notes.sql</c>.</summary>
internal sealed class NotesFile : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-notes-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "notes.db");

    public static async Task<NotesFile> CreateAsync(CancellationToken cancellationToken)
    {
        var file = new NotesFile();
        await using var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = await File.ReadAllTextAsync(System.IO.Path.Combine(ToolboxPackage.Folder, "notes.sql"), cancellationToken);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return file;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
