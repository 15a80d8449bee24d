using System.Data.Common;
using Npgsql;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests.Migration;

/// <summary>A schema of its own in the shared PostgreSQL.</summary>
public sealed class V0OnPostgres : V0Database
{
    private readonly string _schema = $"migration_{Guid.CreateVersion7():n}";
    private string _address = "";

    public override string Address => _address;

    protected override string LaterColumns => """
        long_running_tool_ids_json TEXT, grounding_metadata JSONB, custom_metadata JSONB, usage_metadata JSONB, citation_metadata JSONB,
        interrupted BOOLEAN, input_transcription JSONB, output_transcription JSONB,
        """;

    public override async Task CreateAsync()
    {
        var address = await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation);
        _ = StorageDialects.BuiltIn.Find(address, out var url);
        var settings = url.Keywords is { } keywords ? new(keywords) : PostgresDialect.FromUrl(url);
        settings.SearchPath = _schema;
        _address = settings.ConnectionString;
        await ExecuteAsync($"CREATE SCHEMA {_schema}");
    }

    public override Task<IReadOnlyList<string>> TableNamesAsync() => RowsAsync($"SELECT tablename FROM pg_tables WHERE schemaname = '{_schema}' ORDER BY 1");

    public override async ValueTask DisposeAsync()
    {
        if (_address.Length > 0)
        {
            await ExecuteAsync($"DROP SCHEMA {_schema} CASCADE");
        }

        await base.DisposeAsync();
    }

    protected override DbConnection Connect() => new NpgsqlConnection(_address);

    protected override object Time(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Unspecified);

    protected override string Tables(string laterColumns) => $"""
        CREATE TABLE app_states (
            app_name VARCHAR(128) NOT NULL, state JSONB NOT NULL, update_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE sessions (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state JSONB NOT NULL,
            create_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, update_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE user_states (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, state JSONB NOT NULL,
            update_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, PRIMARY KEY (app_name, user_id));
        CREATE TABLE events (
            id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, author VARCHAR(256) NOT NULL, actions BYTEA NOT NULL, branch VARCHAR(256),
            timestamp TIMESTAMP WITHOUT TIME ZONE NOT NULL, content JSONB, partial BOOLEAN, turn_complete BOOLEAN,
            error_code VARCHAR(256), error_message VARCHAR(1024), {laterColumns}
            PRIMARY KEY (id, app_name, user_id, session_id),
            FOREIGN KEY(app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
        """;
}
