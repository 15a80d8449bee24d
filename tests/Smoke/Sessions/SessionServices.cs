using System.Runtime.ExceptionServices;
using Google.Cloud.Spanner.Admin.Database.V1;
using Runtime.AppHost.Resources;

namespace Runtime.Smoke.Sessions;

/// <summary>A session service for each dialect, all started by the first suite that asks for one, each on a database of its own.</summary>
public sealed class SessionServices(SmokeServices services) : IAsyncDisposable
{
    public const string InMemory = "sessions-in-memory";
    public const string OnSqlite = "sessions-on-sqlite";
    public const string OnPostgreSql = "sessions-on-postgresql";
    public const string OnMySql = "sessions-on-mysql";
    public const string OnSpannerGoogleSql = "sessions-on-spanner-googlesql";
    public const string OnSpannerPostgreSql = "sessions-on-spanner-postgresql";

    private readonly Dictionary<SmokeMode, Started> _started = [];
    private readonly List<SessionDatabase> _databases = [];
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Gets the names of the storage dialects that have a service.</summary>
    internal static IEnumerable<string> Dialects => DatabasesFor(SmokeMode.Emulator).Select(database => database.Dialect);

    /// <summary>Returns the service in front of a dialect. Skips where its database is absent.</summary>
    public async Task<SessionService> OpenAsync(SmokeMode mode, string name)
    {
        var started = await StartAsync(mode);
        if (started.Absent.GetValueOrDefault(name) is { } reason)
        {
            reason.Throw();
        }

        return SessionService.Of(started.Application, name);
    }

    /// <summary>Restarts a service, and returns it where it then answers.</summary>
    public async Task<SessionService> RestartAsync(SmokeMode mode, string name)
    {
        var (cancellation, application) = (TestContext.Current.CancellationToken, (await StartAsync(mode)).Application);
        var restart = await application.ResourceCommands.ExecuteCommandAsync(name, KnownResourceCommands.RestartCommand, cancellation);
        Assert.True(restart.Success, restart.ErrorMessage);
        await application.ResourceNotifications.WaitForResourceHealthyAsync(name, cancellation);
        return SessionService.Of(application, name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in _started.Values)
        {
            await started.Application.DisposeAsync();
        }

        await using var removals = new Removals();
        _databases.ForEach(database => removals.Add(_ => database.DisposeAsync().AsTask()));
        _one.Dispose();
    }

    private static SessionDatabase[] DatabasesFor(SmokeMode mode)
    {
        SessionDatabase[] spanner =
        [
            new SpannerSessions(OnSpannerGoogleSql, mode, DatabaseDialect.GoogleStandardSql),
            new SpannerSessions(OnSpannerPostgreSql, mode, DatabaseDialect.Postgresql),
        ];
        return mode is SmokeMode.Live ? spanner : [new InMemorySessions(), new SqliteSessions(), new PostgresSessions(), new MySqlSessions(), .. spanner];
    }

    private async Task<Started> StartAsync(SmokeMode mode)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _one.WaitAsync(cancellation);
        try
        {
            if (!_started.TryGetValue(mode, out var started))
            {
                _started[mode] = started = await StartAsync(DatabasesFor(mode), cancellation);
            }

            return started;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<Started> StartAsync(SessionDatabase[] databases, CancellationToken cancellationToken)
    {
        // Known before they are made: a start that is ended half-way has some of them.
        _databases.AddRange(databases);
        Dictionary<string, IReadOnlyDictionary<string, string>> given = [];
        Dictionary<string, ExceptionDispatchInfo> absent = [];
        foreach (var database in databases)
        {
            try
            {
                given[database.Name] = await database.CreateAsync(services, cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                // A skip or a failure of this dialect's tests, and of no others.
                absent[database.Name] = ExceptionDispatchInfo.Capture(error);
            }
        }

        var application = await services.StartAsync(
            builder =>
            {
                foreach (var (name, variables) in given)
                {
                    var service = builder.AddProject(name, Path.Combine(Repository.Root, "Services", "SessionService", "SessionService.csproj")).WithServiceEndpoints();
                    foreach (var (variable, value) in variables)
                    {
                        service.WithEnvironment(variable, value);
                    }
                }
            },
            [.. given.Keys]);
        return new(application, absent);
    }

    private sealed record Started(DistributedApplication Application, IReadOnlyDictionary<string, ExceptionDispatchInfo> Absent);
}
