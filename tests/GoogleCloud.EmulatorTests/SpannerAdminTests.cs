using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class SpannerAdminTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Instances_and_databases_are_listed_described_and_dropped()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var admin = services.GetRequiredService<SpannerAdminClient>();
        const string project = $"projects/{EmulatedGateway.Project}";
        const string schema = "CREATE TABLE items (\n  id INT64,\n) PRIMARY KEY(id)";
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, DatabaseDialect.GoogleStandardSql, schema);
        var instance = database[..database.IndexOf("/databases/", StringComparison.Ordinal)];

        Assert.Contains(instance, (await admin.ListInstancesAsync(project, Cancellation)).Select(found => found.Name));
        Assert.Equal(1, (await admin.GetInstanceAsync(instance, Cancellation)).NodeCount);
        Assert.Equal(database, Assert.Single(await admin.ListDatabasesAsync(instance, Cancellation)).Name);
        Assert.Equal([schema], await admin.GetSchemaAsync(database, Cancellation));

        await admin.DropDatabaseAsync(database, Cancellation);
        Assert.Empty(await admin.ListDatabasesAsync(instance, Cancellation));
        await admin.DeleteInstanceAsync(instance, Cancellation);
        await Assert.ThrowsAsync<NotFoundException>(() => admin.GetInstanceAsync(instance, Cancellation));
    }

    [Fact]
    public async Task Configs_are_listed_and_described()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var admin = services.GetRequiredService<SpannerAdminClient>();

        var config = Assert.Single(await admin.ListInstanceConfigsAsync($"projects/{EmulatedGateway.Project}", Cancellation));

        Assert.Equal(config.DisplayName, (await admin.GetInstanceConfigAsync(config.Name, Cancellation)).DisplayName);
    }

    [Fact]
    public async Task A_wrong_schema_statement_is_refused()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var admin = services.GetRequiredService<SpannerAdminClient>();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, DatabaseDialect.GoogleStandardSql);

        var error = await Assert.ThrowsAnyAsync<ServiceException>(() => admin.ChangeSchemaAsync(database, ["CREATE TABEL x"], Cancellation));

        Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, error.Status);
    }
}
