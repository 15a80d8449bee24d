using System.Security.Cryptography;
using System.Text;

namespace Runtime.AppHost.Resources.Postgres;

/// <summary>The data folder of a PostgreSQL server: made once, used again by the next run, never deleted.</summary>
/// <remarks>The server refuses to run as root. Then it runs as the owner of its data, or as <c>postgres</c>, or as <c>nobody</c>.</remarks>
internal sealed class PostgresCluster
{
    public const string SuperUser = "postgres";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly PostgresPrograms _programs;
    private readonly string _folder;
    private readonly string? _runAs;

    /// <param name="programs">PostgreSQL's programs.</param>
    /// <param name="folder">Where the data is wanted; another place is taken where the server's user cannot get there.</param>
    public PostgresCluster(PostgresPrograms programs, string folder)
    {
        _programs = programs;
        _runAs = Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows() ? UnprivilegedUser(folder) : null;
        _folder = _runAs is null || CanReach(folder) ? folder : Elsewhere(folder);
    }

    /// <summary>Gets the folder that holds the data.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>Gets the program to start: the server, or what changes the user first and becomes the server.</summary>
    public string Command => Prefix is [var first, ..] ? first : _programs.Server;

    /// <summary>Gets the arguments that start the server on the data, on loopback only, without the port.</summary>
    public IReadOnlyList<string> Arguments =>
        [.. Prefix.Skip(1), .. Prefix.Count > 0 ? [_programs.Server] : Array.Empty<string>(), "-D", Data, "-h", "127.0.0.1", "-c", "unix_socket_directories="];

    private IReadOnlyList<string> Prefix => _runAs is null
        ? []
        : ["setpriv", $"--reuid={_runAs}", $"--regid={LocalProgram.RunOrThrow("id", ["-g", _runAs], Limit).Trim()}", "--init-groups", "--no-new-privs", "--"];

    private string PasswordMark => Path.Combine(_folder, "password.sha256");

    /// <summary>Makes the data folder if there is none, and lets the password in it be the one of this run.</summary>
    /// <exception cref="SettingException">The data is of another major version, or belongs to somebody else.</exception>
    public void Prepare(string password, string database)
    {
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(password)));
        if (Directory.Exists(Data))
        {
            CheckVersion();
            if (!File.Exists(PasswordMark) || File.ReadAllText(PasswordMark) != mark)
            {
                // The generated password lives in the user secrets, which may have been cleared or belong to another user.
                RunSingleUser(Data, SetPassword(password));
            }
        }
        else
        {
            Initialise(password, database);
        }

        File.WriteAllText(PasswordMark, mark);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PasswordMark, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private void Initialise(string password, string database)
    {
        Directory.CreateDirectory(_folder);
        GiveToServerUser(_folder);

        // Made beside its place and moved there when complete: a run that is cut off leaves nothing that looks finished.
        var draft = Data + ".new";
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true);
        }

        Run(_programs.InitDb, ["-D", draft, "-U", SuperUser, "-E", "UTF8", "--no-locale", "--auth=trust", "--no-instructions"]);
        // The server has never run with initdb's own rules, which trust everybody.
        File.WriteAllText(
            Path.Combine(draft, "pg_hba.conf"),
            "# Loopback and password only.\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n");
        RunSingleUser(draft, SetPassword(password), $"CREATE DATABASE \"{database}\"");
        Directory.Move(draft, Data);
    }

    private void CheckVersion()
    {
        string found;
        try
        {
            found = File.ReadAllText(Path.Combine(Data, "PG_VERSION")).Trim();
        }
        catch (UnauthorizedAccessException error)
        {
            throw new SettingException(
                $"User '{Environment.UserName}' may not read '{Data}', which another user made.", StateDirectory.Setting,
                $"sudo chown -R {Environment.UserName} '{_folder}'", error);
        }
        catch (FileNotFoundException error)
        {
            throw new SettingException($"'{Data}' is no PostgreSQL data folder.", StateDirectory.Setting, $"mv '{Data}' '{Data}.old'", error);
        }

        var program = _programs.MajorVersion();
        if (found != program)
        {
            throw new SettingException(
                $"'{Data}' was made by PostgreSQL {found}, and the program here is PostgreSQL {program}; nothing was changed.", StateDirectory.Setting,
                $"install PostgreSQL {found}, or start empty: mv '{Data}' '{Data}.{found}'");
        }
    }

    private static string SetPassword(string password) => $"ALTER ROLE {SuperUser} PASSWORD '{password.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Runs statements without a server that anybody could connect to; each goes on a line of standard input.</summary>
    private void RunSingleUser(string data, params string[] statements) =>
        // The server would go on after a statement that failed, and would write the statement, with the password, into its complaint.
        Run(_programs.Server, ["--single", "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", "-D", data, "postgres"], string.Concat(statements.Select(statement => statement + "\n")));

    private void Run(string program, IReadOnlyList<string> arguments, string? input = null)
    {
        // A session of its own, so that Ctrl+C does not cut it off, and an end of its own when the AppHost is killed.
        string[] guard = OperatingSystem.IsLinux() && LocalProgram.Find("setpriv") is not null ? ["setsid", "setpriv", "--pdeathsig=KILL", "--"] : [];
        var command = (IReadOnlyList<string>)[.. Prefix, .. guard, program, .. arguments];
        LocalProgram.RunOrThrow(command[0], [.. command.Skip(1)], Limit, input);
    }

    private void GiveToServerUser(string folder)
    {
        if (_runAs is not null)
        {
            LocalProgram.RunOrThrow("chown", [_runAs, folder], Limit);
        }
    }

    private static string UnprivilegedUser(string folder)
    {
        if (LocalProgram.Find("setpriv") is null)
        {
            throw new SettingException("PostgreSQL refuses to run as root, and setpriv is not on this machine.", "Backing__Postgres", "run the AppHost as an ordinary user");
        }

        var owner = Directory.Exists(folder) ? LocalProgram.Run("stat", ["-c", "%U", folder], Limit) : null;
        return owner is not (null or "root" or "UNKNOWN") ? owner
            : LocalProgram.Run("id", ["-u", SuperUser], Limit) is not null ? SuperUser : "nobody";
    }

    /// <summary>Whether every folder above lets other users through; root's home, for example, does not.</summary>
    private static bool CanReach(string folder)
    {
        for (var parent = Path.GetDirectoryName(folder); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (!OperatingSystem.IsWindows() && Directory.Exists(parent) && !File.GetUnixFileMode(parent).HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }

    private static string Elsewhere(string folder) =>
        Path.Combine("/var/tmp", "runtime-postgres-" + StateDirectory.Mark(folder));
}
