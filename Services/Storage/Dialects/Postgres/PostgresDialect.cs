using System.Globalization;
using Npgsql;
using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>PostgreSQL 13 or later, by URL as libpq and SQLAlchemy write it, or by Npgsql's keyword string.</summary>
public sealed class PostgresDialect : IStorageDialect
{
    private const int ConnectSeconds = 5;
    private const int PreparedStatements = 64;
    private const int ReadBuffer = 32 * 1024;

    // A libpq or SQLAlchemy parameter, and Npgsql's word for it.
    private static readonly Dictionary<string, string> _keywords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["ssl"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["command_timeout"] = "Command Timeout",
        ["options"] = "Options",
        ["dbname"] = "Database",
        ["host"] = "Host",
        ["port"] = "Port",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
        ["user"] = "Username",
        ["password"] = "Password",
        ["pool_size"] = "Maximum Pool Size",
        ["search_path"] = "Search Path",
        ["max_auto_prepare"] = "Max Auto Prepare",
        ["prepared_statement_cache_size"] = "Max Auto Prepare",
    };

    public string Name => "postgres";

    public IReadOnlyList<string> Schemes => ["postgresql", "postgres"];

    public IReadOnlyList<string> Forms => ["postgresql://user:password@host:5432/database", "'Host=…;Username=…;Password=…;Database=…'"];

    public ISessionStore Open(ConnectionUrl url, StorageContext context)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(context);

        var settings = url.Keywords is { } keywords ? FromKeywords(keywords) : FromUrl(url);
        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new ConnectionUrlException("The PostgreSQL address names no host.", $"Write {Forms[0]}.");
        }

        SetUnlessGiven("Timeout", ConnectSeconds);
        // PgBouncer before 1.21 in transaction mode cannot keep prepared statements: max_auto_prepare=0 turns them off.
        SetUnlessGiven("Max Auto Prepare", PreparedStatements);
        SetUnlessGiven("Auto Prepare Min Usages", 2);
        SetUnlessGiven("Application Name", "session-service");
        // The store leaves nothing behind on a connection. With prepared statements a reset is five statements in front of each one of ours.
        SetUnlessGiven("No Reset On Close", true);
        // A history comes in fewer pieces, each of which is a turn of the thread pool.
        SetUnlessGiven("Read Buffer Size", ReadBuffer);
        // ADK Python's columns have no time zone; where another program makes them columns with one, both read alike in UTC.
        settings.Timezone = "UTC";
        return new PostgresSessionStore(settings, context);

        void SetUnlessGiven(string keyword, object value)
        {
            if (!settings.ContainsKey(keyword) || !settings.ShouldSerialize(keyword))
            {
                settings[keyword] = value;
            }
        }
    }

    internal static NpgsqlConnectionStringBuilder FromUrl(ConnectionUrl url)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            // As libpq: no host is this machine.
            Host = url.Host.Length > 0 ? Uri.UnescapeDataString(url.Host) : "localhost",
            Database = Uri.UnescapeDataString(url.Path.TrimStart('/')),
        };
        if (url.Port is { } port && settings.Host.Contains(',', StringComparison.Ordinal))
        {
            // host1,host2:5433 is, in libpq, the second one's port only.
            settings.Host += $":{port}";
        }
        else if (url.Port is { } only)
        {
            settings.Port = only;
        }

        if (url.User.Length > 0)
        {
            settings.Username = url.User;
        }

        if (url.Password is not null)
        {
            settings.Password = url.Password;
        }

        foreach (var (name, value) in url.Parameters)
        {
            if (!_keywords.TryGetValue(name, out var keyword))
            {
                throw new ConnectionUrlException(
                    $"The PostgreSQL URL has the parameter '{name}', which is not known.",
                    $"Use one of {string.Join(", ", _keywords.Keys.Order(StringComparer.Ordinal))}.");
            }

            Set(settings, name, keyword, keyword == "SSL Mode" ? SslMode(value) : value);
        }

        if (string.IsNullOrEmpty(settings.Database))
        {
            throw new ConnectionUrlException("The PostgreSQL URL names no database.",
                "Add it at the end, as in postgresql://user:password@host:5432/sessions.");
        }

        return settings;
    }

    private static NpgsqlConnectionStringBuilder FromKeywords(string keywords)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(keywords);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // The driver's message names the keyword; the string itself may hold a password and is not repeated.
            throw new ConnectionUrlException("The PostgreSQL keyword string cannot be read.",
                "Check its keywords against Host, Port, Username, Password, Database.", error);
        }
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string name, string keyword, string value)
    {
        try
        {
            settings[keyword] = value;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new ConnectionUrlException($"The PostgreSQL URL's parameter '{name}' has a value that cannot be used.",
                $"Correct '{name}', or remove it.", error);
        }
    }

    // libpq writes verify-full, Npgsql VerifyFull; asyncpg also knows ssl=true.
    private static string SslMode(string value) => value.ToLower(CultureInfo.InvariantCulture) switch
    {
        "true" or "1" => "Require",
        "false" or "0" => "Disable",
        var mode => mode.Replace("-", "", StringComparison.Ordinal),
    };
}
