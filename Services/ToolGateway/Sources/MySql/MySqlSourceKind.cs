using System.ComponentModel.DataAnnotations;
using MySqlConnector;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.MySql;

/// <summary>The fields of a MySQL or MariaDB source, as MCP Toolbox names them.</summary>
internal sealed class MySqlSettings
{
    [Required]
    public string Host { get; init; } = "";

    [Range(1, 65535)]
    public int Port { get; init; } = 3306;

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    public string Database { get; init; } = "";

    /// <summary>Gets how long a statement may take, in whole seconds at least; null for as long as the call.</summary>
    public TimeSpan? QueryTimeout { get; init; }

    /// <summary>Gets parameters of the connection, as the Go driver names them.</summary>
    public IReadOnlyDictionary<string, string> QueryParams { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets whether statements carry the trace in a comment; the gateway does not, since every call would be another statement.</summary>
    [AllowedValues(false, null)]
    public bool? SqlCommenter { get; init; }
}

/// <summary>A MySQL or MariaDB database.</summary>
internal sealed class MySqlSourceKind : SourceKind<MySqlSettings>
{
    private static readonly Dictionary<string, Action<MySqlConnectionStringBuilder, string>> Parameters = new(StringComparer.Ordinal)
    {
        ["tls"] = (connection, value) => connection.SslMode = value switch
        {
            "true" => MySqlSslMode.VerifyFull,
            "skip-verify" => MySqlSslMode.Required,
            "preferred" => MySqlSslMode.Preferred,
            "false" => MySqlSslMode.Disabled,
            _ => throw new FormatException(),
        },
        ["timeout"] = (connection, value) => connection.ConnectionTimeout = Seconds(value),
        ["allowPublicKeyRetrieval"] = (connection, value) => connection.AllowPublicKeyRetrieval = bool.Parse(value),
        // The gateway always speaks utf8mb4 and reads times as times; files written for the Go driver say so.
        ["charset"] = (_, value) => Expect(value.StartsWith("utf8", StringComparison.OrdinalIgnoreCase)),
        ["parseTime"] = (_, value) => Expect(bool.Parse(value)),
    };

    public MySqlSourceKind()
        : base("mysql")
    {
    }

    protected override ISource? Open(Declaration declaration, MySqlSettings settings)
    {
        var connection = new MySqlConnectionStringBuilder
        {
            Server = settings.Host,
            Port = (uint)settings.Port,
            UserID = settings.User,
            Password = settings.Password,
            Database = settings.Database,
            ApplicationName = "tool-gateway",
            MaximumPoolSize = 32,
            ConnectionTimeout = 5,
            // Without one, the call's own deadline ends the statement.
            DefaultCommandTimeout = settings.QueryTimeout is { } limit ? (uint)Math.Ceiling(limit.TotalSeconds) : 0,
            AllowUserVariables = true,
            AllowZeroDateTime = true,
            TreatTinyAsBoolean = false,
            GuidFormat = MySqlGuidFormat.None,
        };
        var before = declaration.Problems.Count;
        foreach (var (name, value) in settings.QueryParams)
        {
            if (!Parameters.TryGetValue(name, out var set))
            {
                declaration.Problem("queryParams", $"{declaration.Owner} has the unknown parameter '{name}'. {Problems.Hint(name, Parameters.Keys)}");
                continue;
            }

            try
            {
                set(connection, value);
            }
            catch (FormatException)
            {
                declaration.Problem("queryParams", $"{declaration.Owner} has the parameter '{name}' with a value that it does not take. Fix: correct the value.");
            }
        }

        return declaration.Problems.Count == before ? new MySqlSource(declaration.Name, connection) : null;
    }

    private static uint Seconds(string duration) => GoDuration.TryParse(duration, out var time) ? (uint)Math.Ceiling(time.TotalSeconds) : throw new FormatException();

    private static void Expect(bool condition)
    {
        if (!condition)
        {
            throw new FormatException();
        }
    }
}
