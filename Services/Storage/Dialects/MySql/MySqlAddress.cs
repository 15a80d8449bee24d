using MySqlConnector;
using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Brings a URL to the driver's settings. The parameters are those that the drivers of ADK's own services know.</summary>
internal static class MySqlAddress
{
    private const uint ConnectSeconds = 5;

    // Three replicas fit below the server's default max_connections of 151.
    private const uint Connections = 48;

    // Shorter than any wait_timeout that a server or a load balancer in between is likely to have.
    public const uint IdleSeconds = 60;

    private const string Example = "mysql://user:password@host:3306/sessions";

    private static readonly Dictionary<string, Action<MySqlConnectionStringBuilder, string>> _parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["charset"] = RequireUtf8,
        ["sslmode"] = (settings, value) => settings.SslMode = Mode(value),
        ["ssl_mode"] = (settings, value) => settings.SslMode = Mode(value),
        ["ssl"] = RequireTls,
        ["secure"] = RequireTls,
        ["tls"] = RequireTls,
        ["ssl_ca"] = TrustFile,
        ["ssl_ca_file"] = TrustFile,
        ["ssl_cert"] = (settings, value) => settings.SslCert = value,
        ["ssl_cert_file"] = (settings, value) => settings.SslCert = value,
        ["ssl_key"] = (settings, value) => settings.SslKey = value,
        ["ssl_key_file"] = (settings, value) => settings.SslKey = value,
        ["ssl_verify"] = Verify,
        ["connect_timeout"] = (settings, value) => settings.ConnectionTimeout = uint.Parse(value, System.Globalization.CultureInfo.InvariantCulture),
        ["command_timeout"] = (settings, value) => settings.DefaultCommandTimeout = uint.Parse(value, System.Globalization.CultureInfo.InvariantCulture),
        ["pool_size"] = (settings, value) => settings.MaximumPoolSize = uint.Parse(value, System.Globalization.CultureInfo.InvariantCulture),
        ["pool_recycle"] = (settings, value) => settings.ConnectionLifeTime = uint.Parse(value, System.Globalization.CultureInfo.InvariantCulture),
        ["compress"] = (settings, value) => settings.UseCompression = Bool(value),
        ["unix_socket"] = UseSocket,
        ["allow_public_key_retrieval"] = (settings, value) => settings.AllowPublicKeyRetrieval = Bool(value),
        ["server_public_key_file"] = (settings, value) => settings.ServerRsaPublicKeyFile = value,
    };

    /// <exception cref="ConnectionUrlException">The URL names no host or database, or has a parameter that cannot be used.</exception>
    public static MySqlConnectionStringBuilder Settings(ConnectionUrl url)
    {
        var settings = new MySqlConnectionStringBuilder
        {
            Server = url.Host.Length > 0 ? Uri.UnescapeDataString(url.Host) : "localhost",
            Database = Uri.UnescapeDataString(url.Path.TrimStart('/')),
            UserID = url.User,
            Password = url.Password ?? "",
            ConnectionTimeout = ConnectSeconds,
            MaximumPoolSize = Connections,
            ApplicationName = "session-service",
            AllowUserVariables = true,
            // The store ends every transaction itself, and what it sets holds for all it does: a reset would be two round trips for nothing.
            ConnectionReset = false,
            ConnectionIdleTimeout = IdleSeconds,
        };
        if (url.Port is { } port)
        {
            settings.Port = (uint)port;
        }

        if (settings.Database.Length == 0)
        {
            throw new ConnectionUrlException("The MySQL URL names no database.", $"Add it at the end, as in {Example}.");
        }

        // What is checked of a certificate depends on several parameters; ssl_verify has the last word, sslmode the first.
        foreach (var (name, value) in url.Parameters.OrderBy(parameter => parameter.Key.ToUpperInvariant() switch { "SSLMODE" or "SSL_MODE" => 0, "SSL_VERIFY" => 2, _ => 1 }))
        {
            if (!_parameters.TryGetValue(name, out var set))
            {
                throw new ConnectionUrlException(
                    $"The MySQL URL has the parameter '{name}', which is not known.",
                    $"Use one of {string.Join(", ", _parameters.Keys.Order(StringComparer.Ordinal))}.");
            }

            try
            {
                set(settings, value);
            }
            catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
            {
                throw new ConnectionUrlException(
                    $"The MySQL URL's parameter '{name}' has a value that cannot be used.", $"Correct '{name}', or remove it.", error);
            }
        }

        return settings;
    }

    // libpq's words, MySQL's own, and those of the drivers for Python and JavaScript.
    private static MySqlSslMode Mode(string value) => value.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        "DISABLE" or "DISABLED" or "NONE" => MySqlSslMode.None,
        "ALLOW" or "PREFER" or "PREFERRED" => MySqlSslMode.Preferred,
        "REQUIRE" or "REQUIRED" => MySqlSslMode.Required,
        "VERIFYCA" => MySqlSslMode.VerifyCA,
        "VERIFYFULL" or "VERIFYIDENTITY" => MySqlSslMode.VerifyFull,
        _ => throw new FormatException(),
    };

    private static bool Bool(string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" or "ON" => true,
        "FALSE" or "0" or "NO" or "OFF" => false,
        _ => throw new FormatException(),
    };

    private static void RequireTls(MySqlConnectionStringBuilder settings, string value)
    {
        if (!Bool(value))
        {
            settings.SslMode = MySqlSslMode.None;
        }
        else if (settings.SslMode < MySqlSslMode.Required)
        {
            settings.SslMode = MySqlSslMode.Required;
        }
    }

    /// <summary>A certificate authority without a mode means that the server's certificate is to be checked against it.</summary>
    private static void TrustFile(MySqlConnectionStringBuilder settings, string value)
    {
        settings.SslCa = value;
        if (settings.SslMode is MySqlSslMode.Preferred or MySqlSslMode.Required)
        {
            settings.SslMode = MySqlSslMode.VerifyCA;
        }
    }

    private static void Verify(MySqlConnectionStringBuilder settings, string value) => settings.SslMode = Bool(value) ? MySqlSslMode.VerifyFull : MySqlSslMode.Required;

    private static void RequireUtf8(MySqlConnectionStringBuilder settings, string value)
    {
        // The driver always speaks utf8mb4; the parameter is accepted because ADK's documents write it.
        if (value.ToUpperInvariant() is not ("UTF8MB4" or "UTF8"))
        {
            throw new FormatException();
        }
    }

    private static void UseSocket(MySqlConnectionStringBuilder settings, string value)
    {
        settings.Server = value;
        settings.ConnectionProtocol = MySqlConnectionProtocol.UnixSocket;
    }
}
