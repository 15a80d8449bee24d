using System.Data.Common;
using MySqlConnector;
using Runtime.Storage.Dialects.MySql;
using Runtime.Storage.Migration;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests.Migration;

/// <summary>A database of its own on the shared MariaDB or MySQL.</summary>
public sealed class V0OnMySql : V0Database
{
    private readonly string _database = $"migration_{Guid.CreateVersion7():n}";
    private string _address = "";
    private MySqlConnectionStringBuilder? _settings;

    public override string Address => _address;

    protected override string LaterColumns => """
        long_running_tool_ids_json TEXT, grounding_metadata LONGTEXT, custom_metadata LONGTEXT, usage_metadata LONGTEXT, citation_metadata LONGTEXT,
        interrupted BOOL, input_transcription LONGTEXT, output_transcription LONGTEXT,
        """;

    public override async Task CreateAsync()
    {
        var address = await BackingProduct.MariaDb.AddressOrSkipAsync(Cancellation);
        _ = StorageDialects.BuiltIn.Find(address, out var url);
        // Each run of a migration connects anew, so a machine that stands still for some seconds would be a failure here.
        var seconds = (uint)TestTimeouts.Call.TotalSeconds;
        _address = $"{address.Replace(url.Path, $"/{_database}", StringComparison.Ordinal)}?connect_timeout={seconds}";
        _settings = MySqlAddress.Settings(url);
        (_settings.Pooling, _settings.ConnectionTimeout, _settings.DefaultCommandTimeout) = (false, seconds, (uint)TestTimeouts.Start.TotalSeconds);
        await ExecuteAsync($"CREATE DATABASE {_database} CHARACTER SET utf8mb4; USE {_database}");
    }

    public override Task<IReadOnlyList<string>> TableNamesAsync() =>
        RowsAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1");

    public override async ValueTask DisposeAsync()
    {
        if (_settings is not null)
        {
            await ExecuteAsync($"DROP DATABASE {_database}");
        }

        await base.DisposeAsync();
    }

    protected override DbConnection Connect() => new MySqlConnection(_settings!.ConnectionString);

    protected override string Tables(string laterColumns) => $"""
        CREATE TABLE app_states (app_name VARCHAR(128) NOT NULL, state LONGTEXT NOT NULL, update_time DATETIME(6) NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE sessions (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state LONGTEXT NOT NULL,
            create_time DATETIME(6) NOT NULL, update_time DATETIME(6) NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE user_states (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, state LONGTEXT NOT NULL, update_time DATETIME(6) NOT NULL,
            PRIMARY KEY (app_name, user_id));
        CREATE TABLE events (
            id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, author VARCHAR(256) NOT NULL, actions LONGBLOB NOT NULL, branch VARCHAR(256),
            timestamp DATETIME(6) NOT NULL, content LONGTEXT, partial BOOL, turn_complete BOOL, error_code VARCHAR(256), error_message VARCHAR(1024),
            {laterColumns}
            PRIMARY KEY (id, app_name, user_id, session_id),
            FOREIGN KEY(app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
        """;
}

public sealed class MigrationOnMySql() : MigrationContract(new V0OnMySql())
{
    protected override char Quote => '`';

    [Fact]
    public async Task A_run_that_broke_after_the_change_of_names_is_continued_by_the_next()
    {
        await FillAsync();
        await Assert.ThrowsAsync<BreakException>(() => Database.Migrator().ApplyAsync(Act.At(MigrationStage.Swapping, () => throw new BreakException()), Cancellation));
        // Written after the last batch, and then the names, as the run would have gone on.
        await Database.AddEventAsync(Key, "late", 100, V0Samples.Pickle("flow"));
        await Database.ExecuteAsync("RENAME TABLE events TO events_v0, runtime_events_v1 TO events");

        var plan = await Database.Migrator().PlanAsync(Cancellation);
        var report = await Database.Migrator().ApplyAsync(progress: null, Cancellation);

        Assert.Equal(("ADK schema version 0, with a migration that was interrupted", Events + 1, 1), (plan.Found, plan.Events, report.Converted));
        await AssertMigratedAsync(Events + 1);
    }
}
