using Runtime.Bootstrap.Catalogue;

namespace Runtime.Bootstrap.Tests;

public sealed class IntegrationCatalogueTests
{
    [Fact]
    public void Every_entry_of_the_folder_is_registered()
    {
        var written = typeof(Integration).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Integration)) && !type.IsAbstract);

        Assert.Equal(written.Order(ByName.Instance), IntegrationCatalogue.BuiltIn.All.Select(entry => entry.GetType()).Order(ByName.Instance));
    }

    [Fact]
    public void Every_entry_says_what_it_needs_asks_and_means() => Assert.All(IntegrationCatalogue.BuiltIn.All, entry =>
    {
        Assert.NotEmpty(entry.Settings);
        Assert.NotEmpty(entry.Remedies);
        Assert.NotEmpty(entry.Question);
        Assert.NotEmpty(entry.Endpoint);
        Assert.Equal(entry.Remedies.Count, entry.Remedies.Select(remedy => remedy.Code).Distinct().Count());
        Assert.Contains(entry.Remedies, remedy => remedy.State is IntegrationState.NotConfigured);
        Assert.All(entry.Settings, setting => Assert.True(setting.Meaning.Length > 0 && setting.Sample.Length > 0, setting.Variable));
    });

    [Fact]
    public void No_two_settings_claim_one_path_and_no_two_entries_one_name()
    {
        var entries = IntegrationCatalogue.BuiltIn.All;

        Assert.Equal(entries.Count, entries.Select(entry => entry.Key).Distinct().Count());
        // The same setting in two entries means the same in both.
        Assert.All(entries.SelectMany(entry => entry.Settings).GroupBy(setting => setting.Names[0]), same => Assert.Single(same.Select(setting => setting.Meaning).Distinct()));
    }

    private sealed class ByName : IComparer<Type>
    {
        public static ByName Instance { get; } = new();

        public int Compare(Type? x, Type? y) => string.CompareOrdinal(x?.Name, y?.Name);
    }
}
