using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Bootstrap;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

/// <summary>What doctor asks, asked of Google's own emulators.</summary>
public sealed class ProbeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_Spanner_emulator_answers() => AnswersAsync(BackingProduct.Spanner, "spanner");

    [Fact]
    public Task The_Bigtable_emulator_answers() => AnswersAsync(BackingProduct.Bigtable, "bigtable");

    [Fact]
    public Task The_Pub_Sub_emulator_answers() => AnswersAsync(BackingProduct.PubSub, "pub-sub");

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task A_Spanner_database_that_is_named_is_asked_a_query(DatabaseDialect dialect)
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, dialect);

        Assert.Equal(IntegrationState.Emulator, (await ExamineAsync(BackingProduct.Spanner, "spanner", ("Integrations:Spanner:Database", database))).State);
        var absent = await ExamineAsync(BackingProduct.Spanner, "spanner", ("Integrations:Spanner:Database", $"{database}2"));

        Assert.Equal(("SPANNER_DATABASE_NOT_FOUND", IntegrationState.Invalid), (absent.Code, absent.State));
        Assert.StartsWith("gcloud spanner databases create shop2 --instance=", absent.Fix, StringComparison.Ordinal);
    }

    private static async Task AnswersAsync(BackingProduct product, string name)
    {
        var finding = await ExamineAsync(product, name);

        Assert.Equal((null, IntegrationState.Emulator), (finding.Code, finding.State));
    }

    private static async Task<Finding> ExamineAsync(BackingProduct product, string name, params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        all[product.Variable] = await product.AddressOrSkipAsync(Cancellation);
        all["GOOGLE_CLOUD_PROJECT"] = EmulatedGateway.Project;
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        services.AddBootstrap();
        await using var container = services.BuildServiceProvider();
        return Assert.Single((await container.GetRequiredService<Doctor>().ExamineAsync([name], TestTimeouts.Call, Cancellation)).Findings);
    }
}
