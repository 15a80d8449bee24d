using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>MCP Toolbox for Databases and the gateway with <c>spanner.yaml</c>, on one emulator and each with databases of its own.</summary>
public sealed class SpannerPair : IAsyncLifetime
{
    private const string Project = "differential";

    private RunningPair? _pair;

    public ToolServer Theirs => _pair!.Theirs;

    public ToolServer Ours => _pair!.Ours;

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var program = ToolboxPackage.ServerOrSkip();
        var emulator = await BackingProduct.Spanner.AddressOrSkipAsync(cancellation);
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new(BackingProduct.Spanner.Variable, emulator)]).Build())
            .AddGoogleCloud()
            .BuildServiceProvider();
        var admin = services.GetRequiredService<SpannerAdminClient>();
        var instance = $"i-{Guid.NewGuid().ToString("n")[..12]}";
        await admin.CreateInstanceAsync(Project, instance, "emulator-config", cancellation);
        foreach (var server in new[] { "theirs", "ours" })
        {
            await CreateAsync(server, DatabaseDialect.GoogleStandardSql, "CREATE TABLE items (id INT64, n INT64) PRIMARY KEY (id)");
            await CreateAsync($"{server}-pg", DatabaseDialect.Postgresql, "CREATE TABLE items (id bigint PRIMARY KEY, n bigint)");
        }

        _pair = await RunningPair.StartAsync(program, "spanner.yaml", Settings("theirs"), Settings("ours"), cancellation);

        async Task CreateAsync(string database, DatabaseDialect dialect, string schema)
        {
            await admin.CreateDatabaseAsync($"projects/{Project}/instances/{instance}", database, dialect, cancellation);
            await admin.ChangeSchemaAsync($"projects/{Project}/instances/{instance}/databases/{database}", [schema], cancellation);
        }

        (string, string?)[] Settings(string server) =>
        [
            (BackingProduct.Spanner.Variable, emulator), ("SPANNER_PROJECT", Project), ("SPANNER_INSTANCE", instance),
            ("SPANNER_DATABASE", server), ("SPANNER_DATABASE_PG", $"{server}-pg"),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
        }
    }
}
