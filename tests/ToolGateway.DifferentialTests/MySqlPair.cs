using System.Globalization;
using MySqlConnector;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>MCP Toolbox for Databases and the gateway with <c>mysql.yaml</c>, on one MariaDB and each with a database of its own.</summary>
public sealed class MySqlPair : IAsyncLifetime
{
    private const string Schema = """
        CREATE TABLE items (id bigint PRIMARY KEY, n bigint);
        CREATE TABLE kinds (
            id int PRIMARY KEY, tiny tinyint, small smallint unsigned, big bigint unsigned, flag tinyint(1), d decimal(20,10), f float, g double, day date, moment datetime(6), stamp timestamp(3) NULL,
            time time(2), year year, c char(5), word varchar(20), long_text longtext, fixed binary(3), bytes varbinary(4), image blob, kind enum('a','b'), kinds set('x','y'), j json);
        CREATE TABLE flags (bits bit(8));
        INSERT INTO flags VALUES (b'101');
        INSERT INTO kinds VALUES
            (1, -128, 65535, 18446744073709551615, 1, -1.5, 0.1, -1e-7, '2024-02-29', '2024-02-29 12:34:56.123456', '2024-02-29 12:34:56.5',
             '-838:59:59', 2024, 'ab', 'it''s é', 'a"b', x'414200', x'41', 'text', 'b', 'x,y', '{"b":1,"a":[1.50,null]}'),
            (2, 0, 0, 0, 0, 0, 0, 0, '0000-00-00', '1000-01-01', NULL, '00:00:00', 0, '', '', '', '', '', '', 'a', '', '[]'),
            (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        """;

    private readonly string _name = $"pair_{Guid.CreateVersion7():n}";
    private MySqlConnectionStringBuilder? _server;
    private RunningPair? _pair;

    public ToolServer Theirs => _pair!.Theirs;

    public ToolServer Ours => _pair!.Ours;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = ToolboxPackage.ServerOrSkip();
        var address = new Uri(await BackingProduct.MariaDb.AddressOrSkipAsync(cancellation));
        var user = address.UserInfo.Split(':');
        _server = new() { Server = address.Host, Port = (uint)address.Port, UserID = user[0], Password = Uri.UnescapeDataString(user[1]), Pooling = false };
        foreach (var database in new[] { "theirs", "ours" })
        {
            await ExecuteAsync($"CREATE DATABASE {_name}_{database} CHARACTER SET utf8mb4; USE {_name}_{database}; SET sql_mode = ''; {Schema}");
        }

        _pair = await RunningPair.StartAsync(program, "mysql.yaml", Settings("theirs"), Settings("ours"), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
        }

        if (_server is not null)
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS {_name}_theirs; DROP DATABASE IF EXISTS {_name}_ours");
        }
    }

    private (string Name, string? Value)[] Settings(string database) =>
    [
        ("MYSQL_HOST", _server!.Server), ("MYSQL_PORT", _server.Port.ToString(CultureInfo.InvariantCulture)), ("MYSQL_DATABASE", $"{_name}_{database}"),
        ("MYSQL_USER", _server.UserID), ("MYSQL_PASSWORD", _server.Password),
    ];

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new MySqlConnection(_server!.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
#pragma warning disable CA2100 // The statements are those above.
        await using var command = new MySqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
