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
    public void Forms_of_an_added_dialect_are_in_the_advice()
    {
        var error = Assert.Throws<ConnectionUrlException>(() => StorageDialects.BuiltIn.With(new AcmeDialect()).Open("other://u:hush@h", new()));

        Assert.Contains("acme://host/database", error.Fix, StringComparison.Ordinal);
        Assert.Contains("sqlite:///relative.db", error.Fix, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
    }

    private sealed class AcmeDialect : IStorageDialect
    {
        public string Name => "acme";

        public IReadOnlyList<string> Schemes => ["acme", "memory"];

        public IReadOnlyList<string> Forms => ["acme://host/database"];

        public ISessionStore Open(ConnectionUrl url, StorageContext context) => new InMemorySessionStore(context.Time, context.Limits);
    }
}
