using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Runtime.Hosting;

/// <summary>The user secrets of the AppHost: one JSON file per user, outside the repository.</summary>
/// <param name="secretsId">The project's <c>UserSecretsId</c>; <see langword="null"/> when it has none, and then nothing is kept.</param>
internal sealed class UserSecretsStore(string? secretsId)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Returns the kept value, or makes, keeps and returns a new one. Safe when two AppHosts start at once.</summary>
    public string GetOrAdd(string key, Func<string> create)
    {
        if (secretsId is null)
        {
            return create();
        }

        var path = PathHelper.GetSecretsPathFromSecretsId(secretsId);
        var directory = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var onlyOne = LockFile(path + ".lock");
        var secrets = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))!.AsObject() : [];
        if (secrets[key]?.GetValue<string>() is { } kept)
        {
            return kept;
        }

        var made = create();
        secrets[key] = made;
        Write(path, secrets.ToJsonString(Indented));
        return made;
    }

    private static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var draft = path + ".new";
        using (var writer = new StreamWriter(draft, options))
        {
            writer.Write(text);
        }

        File.Move(draft, path, overwrite: true);
    }

    private static FileStream LockFile(string path)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(10); ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                Thread.Sleep(50);   // Another AppHost writes its secret; parameters resolve synchronously, as Aspire's do.
            }
        }
    }
}
