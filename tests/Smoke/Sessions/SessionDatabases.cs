using Google.Cloud.Spanner.Admin.Database.V1;
using MySqlConnector;
using Npgsql;

namespace Runtime.Smoke.Sessions;

/// <summary>A database of a run's own for one session service.</summary>
/// <param name="name">Name of the service in front of it.</param>
internal abstract class SessionDatabase(string name) : IAsyncDisposable
{
    private readonly Stack<Func<CancellationToken, Task>> _afterwards = new();

    public string Name { get; } = name;

    /// <summary>Makes the database, and returns the variables that the service is given. Skips where its server is absent.</summary>
    public abstract Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Call);
        while (_afterwards.TryPop(out var remove))
        {
            await remove(limit.Token);
        }
    }

    protected static IReadOnlyDictionary<string, string> Given(string address) => new Dictionary<string, string> { ["ConnectionStrings__sessions"] = address };

    /// <summary>Has the database removed at the end of the run.</summary>
    protected void Afterwards(Func<CancellationToken, Task> remove) => _afterwards.Push(remove);
}

internal sealed class InMemorySessions() : SessionDatabase(SessionServices.InMemory)
{
    public override Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken) => Task.FromResult(Given("memory://"));
}

internal sealed class SqliteSessions() : SessionDatabase(SessionServices.OnSqlite)
{
    public override Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken)
    {
        var folder = StateFolder.Create();
        Afterwards(_ =>
        {
            Directory.Delete(folder, recursive: true);
            return Task.CompletedTask;
        });
        return Task.FromResult(Given($"sqlite:///{Path.Combine(folder, "sessions.db")}"));
    }
}

/// <summary>On the PostgreSQL of the stack.</summary>
internal sealed class PostgresSessions() : SessionDatabase(SessionServices.OnPostgreSql)
{
    public override async Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken)
    {
        var address = await services.SessionDatabaseAsync();
        Expectation.SkipUnless(
            "postgres", address.StartsWith("Host=127.0.0.1;", StringComparison.Ordinal), "The stack has not started a PostgreSQL. Fix: start it with Backing__Postgres=auto");
        var server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address) { Pooling = false });
        Afterwards(async _ => await server.DisposeAsync());
        List<string> left = [];
        await using (var names = await server.CreateCommand("SELECT datname FROM pg_database").ExecuteReaderAsync(cancellationToken))
        {
            while (await names.ReadAsync(cancellationToken))
            {
                left.Add(names.GetString(0));
            }
        }

        foreach (var old in left.Where(SmokeName.IsStale))
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS \"{old}\" WITH (FORCE)", cancellationToken);
        }

        var database = SmokeName.New();
        Afterwards(cancellation => ExecuteAsync($"DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)", cancellation));
        await ExecuteAsync($"CREATE DATABASE \"{database}\"", cancellationToken);
        return Given(new NpgsqlConnectionStringBuilder(address) { Database = database }.ConnectionString);

        async Task ExecuteAsync(string statement, CancellationToken cancellation)
        {
            await using var command = server.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}

/// <summary>On a MariaDB that the tests start, which stands for MySQL as well.</summary>
internal sealed class MySqlSessions() : SessionDatabase(SessionServices.OnMySql)
{
    public override async Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken)
    {
        var url = new Uri(await BackingProduct.MariaDb.AddressOrSkipAsync(cancellationToken));
        var login = url.UserInfo.Split(':').Select(Uri.UnescapeDataString).ToArray();
        var server = new MySqlDataSource(
            new MySqlConnectionStringBuilder { Server = url.Host, Port = (uint)url.Port, UserID = login[0], Password = login[1], Pooling = false }.ConnectionString);
        Afterwards(async _ => await server.DisposeAsync());
        List<string> left = [];
        await using (var connection = await server.OpenConnectionAsync(cancellationToken))
        {
            await using var show = new MySqlCommand("SHOW DATABASES", connection);
            await using var names = await show.ExecuteReaderAsync(cancellationToken);
            while (await names.ReadAsync(cancellationToken))
            {
                left.Add(names.GetString(0));
            }
        }

        foreach (var old in left.Where(SmokeName.IsStale))
        {
            await ExecuteAsync($"DROP DATABASE IF EXISTS `{old}`", cancellationToken);
        }

        var database = SmokeName.New();
        Afterwards(cancellation => ExecuteAsync($"DROP DATABASE IF EXISTS `{database}`", cancellation));
        await ExecuteAsync($"CREATE DATABASE `{database}`", cancellationToken);
        return Given(new UriBuilder(url) { Path = database }.Uri.AbsoluteUri);

        async Task ExecuteAsync(string statement, CancellationToken cancellation)
        {
            await using var command = server.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}

/// <summary>On Spanner: its emulator in the stack, or live.</summary>
internal sealed class SpannerSessions(string name, SmokeMode mode, DatabaseDialect dialect) : SessionDatabase(name)
{
    public override async Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken)
    {
        var gateway = await services.GatewayAsync(mode, BackingProduct.Spanner, "spanner");
        var database = await SmokeSpanner.CreateDatabaseAsync(gateway, mode, dialect, Afterwards, cancellationToken);
        return new Dictionary<string, string>(Given($"spanner:///{database}"))
        {
            [BackingProduct.Spanner.Variable] = gateway.EmulatorOf(BackingProduct.Spanner),
            ["GOOGLE_CLOUD_PROJECT"] = gateway.Project,
        };
    }
}
