using Runtime.Storage.Connections;
using Runtime.Storage.Dialects;
using Runtime.Storage.Dialects.InMemory;

namespace Runtime.Storage.Tests;

/// <summary>An application's own dialect, beside the built-in ones.</summary>
public sealed class StorageDialectsTests
{
    [Fact]
    public async Task An_added_dialect_is_found_by_its_scheme_and_wins_over_a_built_in_one()
    {
        var dialects = StorageDialects.BuiltIn.With(new AcmeDialect());

        await using var store = dialects.Open("acme+driver://host/sessions", new());

        Assert.IsType<InMemorySessionStore>(store);
        Assert.IsType<AcmeDialect>(dialects.Find("memory://", out _));
        Assert.Equal("sqlite", dialects.Find("sqlite:///a.db", out _).Name);
        Assert.DoesNotContain(StorageDialects.BuiltIn.All, dialect => dialect is AcmeDialect);
    }

    [Fact]
    public void The_form_of_an_added_dialect_is_in_the_advice()
    {
        var error = Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.With(new AcmeDialect()).Open("acne://u:hush@h", new()));

        Assert.Equal("Write acme://host/database.", error.Fix);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqllite:///sessions.db", "sqlite:///relative.db")]
    [InlineData("./sessions.db", "sqlite:///relative.db")]
    [InlineData("postgre://u:p@h/d", "postgresql://user:password@host:5432/database")]
    [InlineData("postgres:u@h/d", "postgresql://user:password@host:5432/database")]
    [InlineData("MariaDB2://u:p@h/d", "mariadb://user:password@host:3306/database")]
    [InlineData("mysql5://u:p@h/d", "mysql://user:password@host:3306/database")]
    [InlineData("memory:", "memory://")]
    public void An_address_of_no_database_is_told_the_nearest_form(string address, string form) =>
        Assert.Equal($"Write {form}.", Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.Open(address, new())).Fix);

    private sealed class AcmeDialect : IStorageDialect
    {
        public string Name => "acme";

        public IReadOnlyList<string> Schemes => ["acme", "memory"];

        public IReadOnlyList<string> Forms => ["acme://host/database"];

        public ISessionStore Open(ConnectionUrl url, StorageContext context) => new InMemorySessionStore(context.Time, context.Limits);
    }
}
