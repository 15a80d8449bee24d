using Microsoft.Data.Sqlite;
using Runtime.Storage.Connections;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.Dialects.Sqlite;

namespace Runtime.Storage.Tests;

public sealed class ConnectionUrlTests
{
    [Theory]
    [InlineData("postgresql://u:p@h:5433/d", "postgres")]
    [InlineData("postgres://h/d", "postgres")]
    [InlineData("POSTGRESQL+asyncpg://u:p@h/d", "postgres")]
    [InlineData("Host=h;Username=u;Password=p;Database=d", "postgres")]
    [InlineData("sqlite+aiosqlite:///a.db", "sqlite")]
    [InlineData("memory://", "in-memory")]
    public void Scheme_chooses_the_dialect_whatever_the_driver(string address, string dialect) =>
        Assert.Equal(dialect, StorageDialects.BuiltIn.Find(address, out _).Name);

    [Theory]
    [InlineData("sqlite:///rel.db", "rel.db")]
    [InlineData("sqlite:///dir/rel.db", "dir/rel.db")]
    [InlineData("sqlite:////abs/a.db", "/abs/a.db")]
    [InlineData("sqlite://./rel.db", "./rel.db")]
    [InlineData("sqlite://../rel.db", "../rel.db")]
    [InlineData("sqlite:///./rel.db", "./rel.db")]
    [InlineData("sqlite:///:memory:", ":memory:")]
    [InlineData("sqlite://:memory:", ":memory:")]
    [InlineData("sqlite://", ":memory:")]
    [InlineData("sqlite+aiosqlite:///dir/a%20b%23.db", "dir/a b#.db")]
    [InlineData("sqlite:///C:/data/a.db", "C:/data/a.db")]
    [InlineData("sqlite:///file:rel.db?mode=rwc&uri=true", "rel.db")]
    [InlineData("sqlite:///file:/abs/a.db?uri=true&cache=shared", "/abs/a.db")]
    [InlineData("sqlite:///file:///abs/a.db", "/abs/a.db")]
    [InlineData("sqlite:///file:///C:/data/a.db", "C:/data/a.db")]
    [InlineData("sqlite:///file::memory:?cache=shared&uri=true", ":memory:")]
    [InlineData("sqlite:///a.db?mode=rw", "a.db")]
    public void Slashes_of_sqlite_count_as_in_sqlalchemy(string address, string file) =>
        Assert.Equal(file, SqliteAddress.Read(ConnectionUrl.Parse(address)).DataSource);

    [Theory]
    [InlineData("sqlite:///a.db", SqliteOpenMode.ReadWriteCreate)]
    [InlineData("sqlite:///a.db?mode=rw", SqliteOpenMode.ReadWrite)]
    [InlineData("sqlite:///a.db?mode=rwc", SqliteOpenMode.ReadWriteCreate)]
    [InlineData("sqlite:///a?MODE=memory&cache=shared", SqliteOpenMode.Memory)]
    [InlineData("sqlite://", SqliteOpenMode.Memory)]
    public void Sqlite_mode_is_honoured(string address, SqliteOpenMode mode) =>
        Assert.Equal(mode, SqliteAddress.Read(ConnectionUrl.Parse(address)).Mode);

    [Fact]
    public void Postgres_url_is_decoded_and_its_parameters_are_translated()
    {
        var settings = PostgresDialect.FromUrl(ConnectionUrl.Parse(
            "postgresql://us%40er:p%3A%2F%40ss%25@[::1]:5433/my%20db?sslmode=verify-full&connect_timeout=7&application_name=x&pool_size=9", ""));

        Assert.Equal(("us@er", "p:/@ss%",
            "::1", 5433, "my db"), (settings.Username, settings.Password, settings.Host, settings.Port, settings.Database));
        Assert.Equal((Npgsql.SslMode.VerifyFull, 7, "x", 9), (settings.SslMode, settings.Timeout, settings.ApplicationName, settings.MaxPoolSize));
    }

    [Theory]
    [InlineData("postgresql+asyncpg://u@h/d", "h", 5432, "d")]
    [InlineData("postgres://u@h:1/d", "h", 1, "d")]
    [InlineData("postgresql:///d", "localhost", 5432, "d")]
    [InlineData("postgresql:///d?host=/var/run/postgresql&port=5433", "/var/run/postgresql", 5433, "d")]
    [InlineData("postgresql://%2Fvar%2Frun%2Fpostgresql/d", "/var/run/postgresql", 5432, "d")]
    [InlineData("postgresql://h?dbname=d", "h", 5432, "d")]
    [InlineData("postgresql://h1,h2:5433/d", "h1,h2:5433", 5432, "d")]
    [InlineData("postgresql://h1:1,h2:2/d", "h1:1,h2:2", 5432, "d")]
    public void Postgres_url_names_its_servers_as_libpq_does(string address, string host, int port, string database)
    {
        var settings = PostgresDialect.FromUrl(ConnectionUrl.Parse(address, ""));

        Assert.Equal((host, port, database), (settings.Host, settings.Port, settings.Database));
    }

    [Theory]
    [InlineData("sslmode=disable", Npgsql.SslMode.Disable)]
    [InlineData("sslmode=allow", Npgsql.SslMode.Allow)]
    [InlineData("sslmode=prefer", Npgsql.SslMode.Prefer)]
    [InlineData("sslmode=require", Npgsql.SslMode.Require)]
    [InlineData("sslmode=verify-ca", Npgsql.SslMode.VerifyCA)]
    [InlineData("sslmode=VERIFY-FULL", Npgsql.SslMode.VerifyFull)]
    [InlineData("ssl=true", Npgsql.SslMode.Require)]
    [InlineData("ssl=verify-full", Npgsql.SslMode.VerifyFull)]
    [InlineData("sslmode=require&channel_binding=require&target_session_attrs=read-write", Npgsql.SslMode.Require)]
    [InlineData("sslmode=require&prepared_statement_cache_size=0", Npgsql.SslMode.Require)]
    public void Postgres_words_of_libpq_and_asyncpg_are_understood(string parameters, Npgsql.SslMode expected) =>
        Assert.Equal(expected, PostgresDialect.FromUrl(ConnectionUrl.Parse($"postgresql://h/d?{parameters}", "")).SslMode);

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("://x")]
    [InlineData("oracle://u:hush@h/d")]
    [InlineData("redis://u:hush@h/d")]
    [InlineData("sqlite:///")]
    [InlineData("sqlite://rel.db")]
    [InlineData("sqlite:///file:")]
    [InlineData("sqlite:///file://host/a.db")]
    [InlineData("sqlite:///a.db?immutable=1")]
    [InlineData("sqlite:///:memory:?mode=rw")]
    [InlineData("sqlite://host/a.db")]
    [InlineData("sqlite:///a.db?mode=ro")]
    [InlineData("postgresql://u:hush@h")]
    [InlineData("postgresql://u:hush@h:0/d")]
    [InlineData("postgresql://u:hu/sh@h/d")]
    [InlineData("postgresql://u:hush@h/d?password=hush&colour=red")]
    [InlineData("postgresql://u:hush@h/d?sslmode=hush")]
    [InlineData("Host=h;Password=hush;Port=many")]
    [InlineData("Password=hush")]
    public void Address_that_cannot_work_is_refused_with_a_step_and_without_its_password(string address)
    {
        var error = Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.Open(address, new()));

        Assert.NotEmpty(error.Fix);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hu/sh", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_scheme_is_told_with_those_that_are_known()
    {
        var error = Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.Open("mongodb://h/d", new()));

        Assert.All(StorageDialects.BuiltIn.All.SelectMany(dialect => dialect.Schemes), scheme => Assert.Contains(scheme, error.Problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("postgresql://u:p@h/d", "postgresql://u:***@h/d")]
    [InlineData("postgresql://u@h/d?password=p&x=1&PWD=q", "postgresql://u@h/d?password=***&x=1&PWD=***")]
    [InlineData("postgresql://u:p/w@x@h/d", "postgresql://u:***@h/d")]
    [InlineData("Host=h;Password=p", "a keyword string")]
    [InlineData("sqlite:///a.db", "sqlite:///a.db")]
    public void Mask_hides_every_password(string address, string shown) => Assert.Equal(shown, ConnectionUrl.Mask(address));
}
