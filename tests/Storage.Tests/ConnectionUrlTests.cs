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
    [InlineData("sqlite:///a.db?mode=rw", "a.db")]
    public void Slashes_of_sqlite_count_as_in_sqlalchemy(string address, string file) =>
        Assert.Equal(file, SqliteDialect.Settings(ConnectionUrl.Parse(address)).DataSource);

    [Fact]
    public void Sqlite_mode_is_honoured() =>
        Assert.Equal(SqliteOpenMode.ReadWrite, SqliteDialect.Settings(ConnectionUrl.Parse("sqlite:///a.db?mode=rw")).Mode);

    [Fact]
    public void Postgres_url_is_decoded_and_its_parameters_are_translated()
    {
        var settings = PostgresDialect.FromUrl(ConnectionUrl.Parse(
            "postgresql://us%40er:p%3A%2F%40ss%25@[::1]:5433/my%20db?sslmode=verify-full&connect_timeout=7&application_name=x&pool_size=9"));

        Assert.Equal(("us@er", "p:/@ss%",
            "::1", 5433, "my db"), (settings.Username, settings.Password, settings.Host, settings.Port, settings.Database));
        Assert.Equal((Npgsql.SslMode.VerifyFull, 7, "x", 9), (settings.SslMode, settings.Timeout, settings.ApplicationName, settings.MaxPoolSize));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("://x")]
    [InlineData("mysql://u:hush@h/d")]
    [InlineData("redis://u:hush@h/d")]
    [InlineData("sqlite://")]
    [InlineData("sqlite:///")]
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
    public void Unknown_scheme_lists_the_accepted_forms()
    {
        var error = Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.Open("mongodb://h/d", new()));

        Assert.All(StorageDialects.BuiltIn.All.SelectMany(dialect => dialect.Forms), form => Assert.Contains(form, error.Fix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("postgresql://u:p@h/d", "postgresql://u:***@h/d")]
    [InlineData("postgresql://u@h/d?password=p&x=1&PWD=q", "postgresql://u@h/d?password=***&x=1&PWD=***")]
    [InlineData("postgresql://u:p/w@x@h/d", "postgresql://u:***@h/d")]
    [InlineData("Host=h;Password=p", "a keyword string")]
    [InlineData("sqlite:///a.db", "sqlite:///a.db")]
    public void Mask_hides_every_password(string address, string shown) => Assert.Equal(shown, ConnectionUrl.Mask(address));
}
