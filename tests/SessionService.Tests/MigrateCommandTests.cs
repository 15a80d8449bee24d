using Microsoft.Data.Sqlite;
using Runtime.SessionService.Commands;

namespace Runtime.SessionService.Tests;

/// <summary>The command line of a migration; what a migration does is tested with the storage.</summary>
public sealed class MigrateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-migrate-").FullName;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string File => Path.Combine(_folder, "sessions.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("migrate", "--dry-run")]
    [InlineData("--help")]
    [InlineData("nonsense")]
    public void A_command_is_told_from_settings(params string[] args) => Assert.True(ServiceCommands.AreMeant(args));

    [Theory]
    [InlineData]
    [InlineData("--Sessions:MaxPageSize", "5")]
    [InlineData("Sessions:MaxPageSize=5")]
    [InlineData("--environment=Development")]
    public void Settings_are_no_command(params string[] args) => Assert.False(ServiceCommands.AreMeant(args));

    [Theory]
    [InlineData("There is no command 'migrat'.", "migrat")]
    [InlineData("'--dry'", "migrate", "--dry")]
    [InlineData("There is no time zone 'Mars/Base'", "migrate", "--time-zone", "Mars/Base")]
    public async Task A_wrong_command_line_ends_with_code_2_and_a_step(string problem, params string[] args)
    {
        Assert.Equal(2, await ServiceCommands.RunAsync(args, _output, _error));

        Assert.Contains(problem, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Fix: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SESSION_DB_URL_INVALID", "mongodb://u:hush@h/d")]
    [InlineData("never migrated", "memory://")]
    [InlineData("SESSION_DB_DENIED", "sqlite:////no/such/folder/sessions.db")]
    public async Task An_address_that_cannot_work_ends_with_code_1_and_a_step_and_no_password(string problem, string address)
    {
        Assert.Equal(1, await ServiceCommands.RunAsync(["migrate", "--url", address], _output, _error));

        Assert.Contains(problem, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Fix: ", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        Assert.Equal(0, await ServiceCommands.RunAsync(["migrate", "--help"], _output, _error));

        Assert.All(["--dry-run", "--skip-unreadable-actions", "--time-zone", "--url"], option => Assert.Contains(option, _output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dry_run_says_what_there_is_to_do_and_does_nothing()
    {
        await CreateVersion0Async();

        Assert.Equal(0, await MigrateAsync("--dry-run"));

        Assert.Contains("Step      0 -> 1", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Events    2", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Backup    sqlite3 ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("All 2 events can be read. Nothing was changed.", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2L, await ScalarAsync("SELECT count(*) FROM events WHERE actions IS NULL"));
    }

    [Fact]
    public async Task A_migration_reports_what_it_did_and_the_next_has_nothing_to_do()
    {
        await CreateVersion0Async();

        Assert.Equal(0, await MigrateAsync());
        Assert.Contains("2 events converted by this run", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("DROP TABLE events_v0", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2L, await ScalarAsync("SELECT count(*) FROM events WHERE event_data LIKE '%\"author\":\"agent\"%'"));

        Assert.Equal(0, await MigrateAsync());
        Assert.EndsWith($"Nothing to do.{Environment.NewLine}", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Actions_that_cannot_be_read_end_with_code_1_and_the_event_or_are_listed()
    {
        await CreateVersion0Async();
        await ExecuteAsync("UPDATE events SET actions = x'80052E' WHERE id = 'e2'");

        Assert.Equal(1, await MigrateAsync());
        Assert.StartsWith("SESSION_DATA_UNREADABLE: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("event 'e2' of session 's'", _error.ToString(), StringComparison.Ordinal);

        Assert.Equal(0, await MigrateAsync("--skip-unreadable-actions"));
        Assert.Contains("Unreadable actions: event 'e2' of session 's' (app 'a', user 'u')", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 events were written without their actions", _output.ToString(), StringComparison.Ordinal);
    }

    private Task<int> MigrateAsync(params string[] options) => ServiceCommands.RunAsync(["migrate", "--url", $"sqlite:///{File}", .. options], _output, _error);

    private Task CreateVersion0Async() => ExecuteAsync("""
        CREATE TABLE app_states (app_name VARCHAR(128) NOT NULL, state TEXT NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE sessions (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state TEXT NOT NULL,
            create_time DATETIME NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE user_states (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, state TEXT NOT NULL, update_time DATETIME NOT NULL,
            PRIMARY KEY (app_name, user_id));
        CREATE TABLE events (
            id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, author VARCHAR(256) NOT NULL, actions BLOB, timestamp DATETIME NOT NULL,
            PRIMARY KEY (id, app_name, user_id, session_id));
        INSERT INTO sessions VALUES ('a', 'u', 's', '{}', '2025-11-23 04:26:40.000000', '2025-11-23 04:26:40.000000');
        INSERT INTO events VALUES ('e1', 'a', 'u', 's', 'i', 'agent', NULL, '2025-11-23 04:26:40.000000'),
            ('e2', 'a', 'u', 's', 'i', 'agent', NULL, '2025-11-23 04:26:41.000000');
        """);

    private async Task ExecuteAsync(string sql) => await ScalarAsync(sql);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
