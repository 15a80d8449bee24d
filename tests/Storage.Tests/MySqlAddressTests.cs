using MySqlConnector;
using Runtime.Storage.Connections;
using Runtime.Storage.Dialects.MySql;

namespace Runtime.Storage.Tests;

public sealed class MySqlAddressTests
{
    [Fact]
    public void Url_is_decoded_whatever_driver_it_names()
    {
        var settings = Settings("mysql+aiomysql://us%40er:p%3A%2F%40ss%25@db.example:3307/my%20db?charset=utf8mb4&pool_size=9&connect_timeout=7");

        Assert.Equal(("us@er", "p:/@ss%", "db.example", 3307u, "my db"), (settings.UserID, settings.Password, settings.Server, settings.Port, settings.Database));
        Assert.Equal((9u, 7u), (settings.MaximumPoolSize, settings.ConnectionTimeout));
    }

    [Theory]
    [InlineData("", MySqlSslMode.Preferred)]
    [InlineData("sslmode=disable", MySqlSslMode.None)]
    [InlineData("sslmode=REQUIRED", MySqlSslMode.Required)]
    [InlineData("sslmode=verify-ca", MySqlSslMode.VerifyCA)]
    [InlineData("ssl_mode=VERIFY_IDENTITY", MySqlSslMode.VerifyFull)]
    [InlineData("sslmode=verify-full&ssl=true", MySqlSslMode.VerifyFull)]
    [InlineData("tls=true", MySqlSslMode.Required)]
    [InlineData("secure=false", MySqlSslMode.None)]
    [InlineData("ssl_ca_file=/ca.pem", MySqlSslMode.VerifyCA)]
    [InlineData("ssl=true&ssl_ca=/ca.pem", MySqlSslMode.VerifyCA)]
    [InlineData("ssl_verify=true", MySqlSslMode.VerifyFull)]
    [InlineData("ssl_verify=false&ssl_ca=/ca.pem", MySqlSslMode.Required)]
    [InlineData("ssl_ca=/ca.pem&ssl_verify=true", MySqlSslMode.VerifyFull)]
    public void Encryption_is_as_strict_as_the_parameters_say_together(string parameters, MySqlSslMode expected) =>
        Assert.Equal(expected, Settings($"mariadb://u@h/d?{parameters}").SslMode);

    [Theory]
    [InlineData("mysql://u:secret@h/", "names no database")]
    [InlineData("mysql://u:secret@h/d?sslmod=x", "'sslmod'")]
    [InlineData("mysql://u:secret@h/d?pool_size=many", "'pool_size'")]
    [InlineData("mysql://u:secret@h/d?charset=latin1", "'charset'")]
    public void What_cannot_work_is_named_without_the_password(string address, string named)
    {
        var error = Assert.Throws<ConnectionUrlException>(() => Settings(address));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.4.3", false, "8.4.3")]
    [InlineData("8.0.36-28.1", false, "8.0.36")]
    [InlineData("10.11.19-MariaDB-0+deb12u1", true, "10.11.19")]
    [InlineData("5.5.5-10.5.9-MariaDB-1:10.5.9+maria~focal", true, "10.5.9")]
    public void Server_is_known_by_its_version(string text, bool isMariaDb, string version)
    {
        var server = MySqlServer.Parse(text, 1);

        Assert.Equal((isMariaDb, Version.Parse(version)), (server.IsMariaDb, server.Version));
    }

    [Theory]
    [InlineData("5.7.44-log")]
    [InlineData("8.0.16")]
    [InlineData("10.4.34-MariaDB")]
    [InlineData("unknown")]
    public void Server_that_is_too_old_is_refused(string text) => Assert.Throws<StorageException>(() => MySqlServer.Parse(text, 1));

    private static MySqlConnectionStringBuilder Settings(string address) => MySqlAddress.Settings(ConnectionUrl.Parse(address, ""));
}
