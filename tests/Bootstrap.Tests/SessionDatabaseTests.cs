using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Integrations;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.Storage;
using Runtime.Storage.Connections;
using Runtime.Storage.Dialects;
using Runtime.Storage.Dialects.InMemory;

namespace Runtime.Bootstrap.Tests;

/// <summary>The session service's store comes from here, and with it what it calls with.</summary>
public sealed class SessionDatabaseTests
{
    private const string OnSpanner = "spanner:///projects/p1/instances/i1/databases/d1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_on_Spanner_calls_with_the_login_and_the_endpoint_of_the_settings()
    {
        await using var cloud = await FakeCloud.RefusingAsync(StatusCode.PermissionDenied, "no", "IAM_PERMISSION_DENIED");
        await using var machine = new Machine(Machine.Token, ("Integrations:Spanner:Endpoint", cloud.Grpc), ("SESSION_SERVICE_URI", OnSpanner));
        await using var store = machine.Get<SessionDatabase>().Open(TimeProvider.System, new());

        var error = await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation));
        var finding = await machine.FindAsync("session-database");

        Assert.EndsWith("--role=roles/spanner.databaseUser", error.Fix, StringComparison.Ordinal);
        Assert.Equal(("SESSION_DB_DENIED", IntegrationState.Denied), (finding.Code, finding.State));
        Assert.All(cloud.Requests, request => Assert.Contains($"Authorization: Bearer {Machine.Token.Item2}", request, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_store_on_Spanner_calls_with_a_client_that_the_application_made()
    {
        await using var cloud = await FakeCloud.RefusingAsync(StatusCode.PermissionDenied, "no");
        await using var machine = new Machine(
            bootstrap => bootstrap.UseClient(services => new SpannerClient(
                services.GetRequiredService<GoogleConnections>().Open(SpannerClient.Product, new ExplicitCredentials { AccessToken = "of-the-application" }), TimeProvider.System)),
            Machine.Token, ("Integrations:Spanner:Endpoint", cloud.Grpc), ("SESSION_SERVICE_URI", OnSpanner));
        await using var store = machine.Get<SessionDatabase>().Open(TimeProvider.System, new());

        await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(new("app", "user", "session"), EventWindow.All, Cancellation));

        Assert.Contains(cloud.Requests, request => request.Contains("Bearer of-the-application", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dialect_of_the_application_opens_its_addresses_and_a_reset_forgets_it()
    {
        var address = ("SESSION_SERVICE_URI", (string?)"acme://host/sessions");
        await using var own = new Machine(bootstrap => bootstrap.UseClient(_ => StorageDialects.BuiltIn.With(new AcmeDialect())), address);
        await using var reset = new Machine(
            bootstrap => bootstrap.UseClient(_ => StorageDialects.BuiltIn.With(new AcmeDialect())).ResetClient<StorageDialects>(), address);

        Assert.Equal(IntegrationState.Ready, (await own.FindAsync("session-database")).State);
        Assert.Equal("SESSION_DB_URL_INVALID", (await reset.FindAsync("session-database")).Code);
    }

    private sealed class AcmeDialect : IStorageDialect
    {
        public string Name => "acme";

        public IReadOnlyList<string> Schemes => ["acme"];

        public IReadOnlyList<string> Forms => ["acme://host/database"];

        public ISessionStore Open(ConnectionUrl url, StorageContext context) => new InMemorySessionStore(context.Time, context.Limits);
    }
}
