using Google.Cloud.Spanner.Admin.Database.V1;
using MySqlConnector;
using Npgsql;

namespace Runtime.Smoke.Sessions;

/// <summary>A database of a run's own for one session service.</summary>
/// <param name="name">Name of the service in front of it.</param>
/// <param name="dialect">Name of the storage dialect.</param>
internal abstract class SessionDatabase(string name, string dialect) : IAsyncDisposable
{
    private readonly Removals _removals = new();

    public string Name { get; } = name;

    public string Dialect { get; } = dialect;

    /// <summary>Makes the database, and returns the variables that the service is given. Skips where its server is absent.</summary>
    public abstract Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken);

    public ValueTask DisposeAsync() => _removals.DisposeAsync();

    protected static IReadOnlyDictionary<string, string> Given(string address) => new Dictionary<string, string> { ["ConnectionStrings__sessions"] = address };

    /// <summary>Has the database removed at the end of the run.</summary>
    protected void Afterwards(Func<CancellationToken, Task> remove) => _removals.Add(remove);
}

internal sealed class InMemorySessions() : SessionDatabase(SessionServices.InMemory, "in-memory")
{
    public override Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken) => Task.FromResult(Given("memory://"));
}

internal sealed class SqliteSessions() : SessionDatabase(SessionServices.OnSqlite, "sqlite")
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
internal sealed class PostgresSessions() : SessionDatabase(SessionServices.OnPostgreSql, "postgres")
{
    public override async Task<IReadOnlyDictionary<string, string>> CreateAsync(SmokeServices services, CancellationToken cancellationToken)
    {
        var address = await services.SessionDatabaseAsync();
        Expectation.SkipUnless(
            "postgres", IsOfThisMachine(address), "The stack has not started a PostgreSQL. Fix: Backing__Postgres=auto dotnet run --project AppHost");
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

        await SmokeName.SweepAsync(left, DropAsync, cancellationToken);
        var database = SmokeName.New();
        Afterwards(cancellation => DropAsync(database, cancellation));
        await ExecuteAsync($"CREATE DATABASE \"{database}\"", cancellationToken);
        return Given(new NpgsqlConnectionStringBuilder(address) { Database = database }.ConnectionString);

        Task DropAsync(string name, CancellationToken cancellation) => ExecuteAsync($"DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)", cancellation);

        async Task ExecuteAsync(string statement, CancellationToken cancellation)
        {
            await using var command = server.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>A database elsewhere is live, and nobody said that a run may write beside it.</summary>
    private static bool IsOfThisMachine(string address) =>
        address.StartsWith("Host=127.0.0.1;", StringComparison.Ordinal) || address.StartsWith("Host=localhost;", StringComparison.Ordinal);
}

/// <summary>On a MariaDB that the tests start, which stands for MySQL as well.</summary>
internal sealed class MySqlSessions() : SessionDatabase(SessionServices.OnMySql, "mysql")
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

        await SmokeName.SweepAsync(left, DropAsync, cancellationToken);
        var database = SmokeName.New();
        Afterwards(cancellation => DropAsync(database, cancellation));
        await ExecuteAsync($"CREATE DATABASE `{database}`", cancellationToken);
        return Given(new UriBuilder(url) { Path = database }.Uri.AbsoluteUri);

        Task DropAsync(string name, CancellationToken cancellation) => ExecuteAsync($"DROP DATABASE IF EXISTS `{name}`", cancellation);

        async Task ExecuteAsync(string statement, CancellationToken cancellation)
        {
            await using var command = server.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}

/// <summary>On Spanner: its emulator in the stack, or live.</summary>
internal sealed class SpannerSessions(string name, SmokeMode mode, DatabaseDialect dialect) : SessionDatabase(name, "spanner")
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
