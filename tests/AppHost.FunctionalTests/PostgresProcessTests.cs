using Npgsql;
using Runtime.AppHost.Resources.Postgres;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>PostgreSQL from this machine's programs, on a data folder that outlives the run.</summary>
public sealed class PostgresProcessTests : IDisposable
{
    private const string Marked = "CREATE TABLE mark (id int)";
    private readonly string _state = StateFolder.Create();

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task The_next_run_finds_the_data_even_when_the_password_is_another_one()
    {
        await BackingProduct.Postgres.AddressOrSkipAsync(TestContext.Current.CancellationToken);
        await using (var first = await StartAsync("first password"))
        {
            await ExecuteAsync(first, Marked);
        }

        // What the application itself says, when stopped in order, is "database system is shut down".
        await using var second = await StartAsync("it's another");
        await ExecuteAsync(second, "SELECT id FROM mark");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(second, "SELECT 1", password: "first password"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    [Fact]
    public async Task Data_of_another_major_version_is_named_and_left_alone()
    {
        await BackingProduct.Postgres.AddressOrSkipAsync(TestContext.Current.CancellationToken);
        await using (await StartAsync("password"))
        {
        }

        var version = Path.Combine(_state, "postgres", "data", "PG_VERSION");
        await File.WriteAllTextAsync(version, "9\n", TestContext.Current.CancellationToken);
        await using var second = await RunningGraph.StartAsync(builder => builder.AddSessionDatabase("postgres", "sessions"), Args("password"));

        var failed = await second.WaitAsync("postgres", snapshot => snapshot.IsTerminal);

        Assert.Contains("was made by PostgreSQL 9, and the program here is PostgreSQL", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", failed.Reason, StringComparison.Ordinal);
        Assert.True(File.Exists(version));
    }

    private string[] Args(string password) =>
        ["--StateDirectory", _state, "--Backing:Postgres=process", $"--Parameters:postgres-password={password}"];

    private async Task<RunningGraph> StartAsync(string password)
    {
        var run = await RunningGraph.StartAsync(builder => builder.AddSessionDatabase("postgres", "sessions"), Args(password));
        var settled = await run.WaitAsync("postgres", snapshot => snapshot.IsSettled);
        Assert.True(settled.Health is ResourceHealth.Healthy, settled.Reason);
        return run;
    }

    private static async Task ExecuteAsync(RunningGraph run, string statement, string? password = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var address = new NpgsqlConnectionStringBuilder(await run.Application.GetConnectionStringAsync("sessions", cancellation)) { Pooling = false };
        address.Password = password ?? address.Password;
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
