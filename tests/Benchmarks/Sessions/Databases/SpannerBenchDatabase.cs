using System.Globalization;
using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud;
using Runtime.GoogleCloud.Spanner;
using Runtime.Testing;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>The Spanner emulator. It keeps everything in memory and runs one transaction at a time, so only ratios say something about Spanner.</summary>
internal sealed class SpannerBenchDatabase : IBenchDatabase
{
    private const string Project = "bench";
    private const string Service = "service";
    private const string Floor = "floor";
    private const int RowsOfACommit = 1000;

    private static readonly string[] _sessionColumns = ["app_name", "user_id", "id", "state", "create_time", "update_time"];
    private static readonly string[] _eventColumns = ["app_name", "user_id", "session_id", "id", "invocation_id", "timestamp", "event_data"];

    private readonly ServiceProvider _services;
    private readonly string _instance;

    private SpannerBenchDatabase(ServiceProvider services, string emulator, string instance)
    {
        (_services, _instance) = (services, instance);
        ServiceVariables = new Dictionary<string, string> { [SpannerClient.Product.EmulatorVariable!] = emulator, ["GOOGLE_CLOUD_PROJECT"] = Project };
    }

    public string ServiceAddress => $"spanner:///{_instance}/databases/{Service}";

    public IReadOnlyDictionary<string, string> ServiceVariables { get; }

    /// <summary>ADK JS has no driver for Spanner.</summary>
    public string? PeerAddress => null;

    public string Version => "Cloud Spanner emulator";

    public int? ProcessId => null;

    private SpannerClient Client => _services.GetRequiredService<SpannerClient>();

    public static async Task<IBenchDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        var (emulator, reason) = await BackingProduct.Spanner.FindAsync(cancellationToken);
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder()
                .AddInMemoryCollection([new(SpannerClient.Product.EmulatorVariable!, emulator ?? throw new InvalidOperationException(reason))])
                .Build())
            .AddLogging()
            .AddGoogleCloud()
            .BuildServiceProvider();

        // The emulator may be somebody else's too, and nothing in it is ever deleted.
        var instance = $"bench-{Guid.NewGuid().ToString("n")[..12]}";
        var admin = services.GetRequiredService<SpannerAdminClient>();
        await admin.CreateInstanceAsync(Project, instance, "emulator-config", cancellationToken);
        var name = $"projects/{Project}/instances/{instance}";
        foreach (var database in new[] { Service, Floor })
        {
            await admin.CreateDatabaseAsync(name, database, DatabaseDialect.GoogleStandardSql, cancellationToken);
        }

        return new SpannerBenchDatabase(services, emulator, name);
    }

    public async Task<IReadOnlyList<ISubject>> OpenFloorsAsync(CancellationToken cancellationToken)
    {
        await _services.GetRequiredService<SpannerAdminClient>().ChangeSchemaAsync(Name(Floor), SpannerFloor.Schema, cancellationToken);
        return [new SpannerFloor(Client, Name(Floor))];
    }

    public Task LoadSessionsAsync(string app, int count, bool withPeer, CancellationToken cancellationToken)
    {
        var start = DateTime.UtcNow;
        return WriteAsync(
            "sessions", _sessionColumns,
            Enumerable.Range(1, count).Select(number => SpannerFloor.Row(
                app, SessionCase.User, $"s-{number}", "{}", SpannerFloor.Time(start), SpannerFloor.Time(start.AddMilliseconds(number)))),
            cancellationToken);
    }

    public async Task LoadEventsAsync(SessionPool crowd, bool withPeer, CancellationToken cancellationToken)
    {
        var start = DateTime.UtcNow;
        await WriteAsync(
            "sessions", _sessionColumns,
            [SpannerFloor.Row(SessionCase.App, SessionCase.User, crowd.Id(0), "{}", SpannerFloor.Time(start), SpannerFloor.Time(start))],
            cancellationToken);
        await WriteAsync("events", _eventColumns, Enumerable.Range(1, crowd.Events).Select(Event), cancellationToken);

        ListValue Event(int number)
        {
            var (id, time) = (BenchEvent.NewId(), start.AddMilliseconds(number));
            var milliseconds = new DateTimeOffset(time).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            return SpannerFloor.Row(
                SessionCase.App, SessionCase.User, crowd.Id(0), id, BenchEvent.InvocationId, SpannerFloor.Time(time), BenchEvent.Stored(id, milliseconds));
        }
    }

    public Task SettleAsync(bool withPeer, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private string Name(string database) => $"{_instance}/databases/{database}";

    private async Task WriteAsync(string table, string[] columns, IEnumerable<ListValue> rows, CancellationToken cancellationToken)
    {
        foreach (var some in rows.Chunk(RowsOfACommit))
        {
            var write = new Mutation.Types.Write { Table = table, Columns = { columns }, Values = { some } };
            foreach (var database in new[] { Service, Floor })
            {
                await Client.CommitAsync(Name(database), [new Mutation { Insert = write }], cancellationToken);
            }
        }
    }
}
