using Google.Cloud.AIPlatform.V1Beta1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Runtime.SessionService.Tests.Vertex;

/// <summary>What settings change of the Vertex AI Sessions API.</summary>
public sealed class VertexSettingsTests(VertexSettingsTests.Host host) : ApiTest(host), IClassFixture<VertexSettingsTests.Host>
{
    private readonly Google.Cloud.AIPlatform.V1Beta1.SessionService.SessionServiceClient _vertex = new(host.OpenChannel());

    [Fact]
    public async Task An_engine_is_the_app_that_the_template_or_the_list_says()
    {
        await CreateAsync("projects/p/locations/l/reasoningEngines/7");
        await CreateAsync("reasoningEngines/special");

        Assert.Single((await Client.ListSessionsAsync(new() { AppName = "p-7" }, cancellationToken: Cancellation)).Sessions);
        Assert.Single((await Client.ListSessionsAsync(new() { AppName = "my app" }, cancellationToken: Cancellation)).Sessions);
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => CreateAsync("reasoningEngines/7")), "parent");
    }

    [Fact]
    public async Task Scopes_are_shared_where_that_is_set()
    {
        await CreateAsync("projects/q/locations/l/reasoningEngines/1", ("app:x", 1));
        var second = await CreateAsync("projects/q/locations/l/reasoningEngines/1");

        Assert.Equal(1, second.SessionState.Fields["app:x"].NumberValue);
    }

    [Fact]
    public async Task A_short_lifetime_is_taken_where_that_is_set() => Assert.NotNull((await CreateAsync(
        "projects/r/locations/l/reasoningEngines/1", ttl: new() { Seconds = 5 })).ExpireTime);

    private async Task<Session> CreateAsync(string parent, (string Key, double Value)? state = null, Duration? ttl = null)
    {
        var session = new Session { UserId = "u", SessionState = new() };
        if (state is var (key, value))
        {
            session.SessionState.Fields[key] = Value.ForNumber(value);
        }

        if (ttl is not null)
        {
            session.Ttl = ttl;
        }

        var operation = await _vertex.CreateSessionAsync(new() { Parent = parent, Session = session }, cancellationToken: Cancellation);
        return operation.Response.Unpack<Session>();
    }

    public sealed class Host : SessionServiceHost
    {
        protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
        {
            ["ConnectionStrings:sessions"] = "memory://",
            ["Sessions:Vertex:AppName"] = "{project}-{engine}",
            ["Sessions:Vertex:Apps:special"] = "my app",
            ["Sessions:Vertex:StateSharing"] = "Shared",
            ["Sessions:Vertex:MinimumLifetime"] = "00:00:01",
        };
    }
}
