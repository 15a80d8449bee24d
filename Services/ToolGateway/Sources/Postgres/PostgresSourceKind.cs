using System.ComponentModel.DataAnnotations;
using Npgsql;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>The fields of a PostgreSQL source, as MCP Toolbox names them.</summary>
internal sealed class PostgresSettings
{
    [Required]
    public string Host { get; init; } = "";

    [Range(1, 65535)]
    public int Port { get; init; } = 5432;

    [Required]
    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    [Required]
    public string Database { get; init; } = "";

    /// <summary>Gets parameters of the connection, as libpq names them; one that it does not know is a setting of the server.</summary>
    public IReadOnlyDictionary<string, string> QueryParams { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets how statements are run, as the Go driver names it. All but the first keep no statement on a connection, which connection poolers may need.</summary>
    [AllowedValues("cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol")]
    public string QueryExecMode { get; init; } = "cache_statement";

    /// <summary>Gets how many seconds a connection may take to open.</summary>
    [Range(1, 1024)]
    public int ConnectTimeout { get; init; } = 5;

    /// <summary>Gets whether statements carry the trace in a comment; the gateway does not, since every call would be another statement.</summary>
    [AllowedValues(false, null)]
    public bool? SqlCommenter { get; init; }
}

/// <summary>A PostgreSQL database.</summary>
internal sealed class PostgresSourceKind() : SourceKind<PostgresSettings>("postgres")
{
    private const int PreparedStatements = 128;

    // Parameters of libpq and of the Go driver that have a name of their own in the .NET one.
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["sslnegotiation"] = "SSL Negotiation",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["search_path"] = "Search Path",
        ["timezone"] = "Timezone",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
        ["pool_max_conns"] = "Maximum Pool Size",
        ["pool_min_conns"] = "Minimum Pool Size",
    };

    protected override ISource? Open(Declaration declaration, PostgresSettings settings)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = settings.Host,
            Port = settings.Port,
            Username = settings.User,
            Password = settings.Password,
            Database = settings.Database,
            Timeout = settings.ConnectTimeout,
            ApplicationName = "tool-gateway",
            // More than the calls of one tool that run at once, so that a slow tool leaves some to the others.
            MaxPoolSize = 32,
            // A call has a deadline of its own, which cancels the statement.
            CommandTimeout = 0,
            // What the operator's statements leave on a connection is the operator's; a reset would be more statements than the call.
            NoResetOnClose = true,
            MaxAutoPrepare = settings.QueryExecMode is "cache_statement" ? PreparedStatements : 0,
            AutoPrepareMinUsages = 1,
        };
        var before = declaration.Problems.Count;
        var options = connection.Options ?? "";
        foreach (var (name, value) in settings.QueryParams)
        {
            if (!Keywords.TryGetValue(name, out var keyword))
            {
                options = name is "options" ? $"{options} {value}" : $"{options} -c {name}={value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(" ", @"\ ", StringComparison.Ordinal)}";
                continue;
            }

            try
            {
                // "verify-full" and "read-write" are written without the hyphen there.
                connection[keyword] = keyword is "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or OverflowException)
            {
                declaration.Problem("queryParams", $"{declaration.Owner} has the parameter '{name}' with a value that it does not take. Fix: correct the value.");
            }
        }

        connection.Options = options.Trim();
        return declaration.Problems.Count == before ? new PostgresSource(declaration.Name, connection) : null;
    }
}
