using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Runtime.SessionService.Tests;

public sealed class UpdateSessionTests(SessionServiceHost host) : ApiTest(host), IClassFixture<SessionServiceHost>
{
    [Fact]
    public async Task State_changes_without_an_event_and_makes_a_revision()
    {
        await CreateAsync("s1", """{"a":1,"b":1}""");

        var updated = await UpdateAsync("s1", new() { StateDeltaJson = """{"a":2,"user:c":3,"temp:d":4,"b":null}""" });

        Assert.Equal("""{"a":2,"b":null,"user:c":3}""", updated.StateJson);
        Assert.Equal(1, updated.Revision);
        Assert.True(updated.UpdateTime >= updated.CreateTime);
        Assert.Empty((await GetAsync("s1")).Events);
    }

    [Fact]
    public async Task Name_labels_and_expiry_change_without_a_revision()
    {
        await CreateAsync("s1");
        var expires = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddHours(1));

        var updated = await UpdateAsync("s1", new() { DisplayName = "Trip to Rome", Labels = { ["topic"] = "travel" }, ExpireTime = expires });

        Assert.Equal(("Trip to Rome", "travel", 0L), (updated.DisplayName, updated.Labels["topic"], updated.Revision));
        Assert.Equal(expires.Seconds, updated.ExpireTime.Seconds);
        Assert.Equal(updated, await GetAsync("s1"));
    }

    [Fact]
    public async Task Without_a_mask_only_the_fields_that_are_set_change()
    {
        await CreateAsync(new() { SessionId = "s1", DisplayName = "name", Labels = { ["a"] = "1" }, Ttl = Duration.FromTimeSpan(TimeSpan.FromHours(1)) });

        var updated = await UpdateAsync("s1", new() { Labels = { ["b"] = "2" } });

        Assert.Equal("name", updated.DisplayName);
        Assert.Equal(["b"], updated.Labels.Keys);
        Assert.NotNull(updated.ExpireTime);
    }

    [Theory]
    [InlineData("display_name", "", 1, true)]
    [InlineData("labels", "name", 0, true)]
    [InlineData("expire_time", "name", 1, false)]
    [InlineData("ttl", "name", 1, false)]
    [InlineData("*", "", 0, false)]
    public async Task A_mask_clears_what_it_names_and_leaves_the_rest(string path, string name, int labels, bool expires)
    {
        await CreateAsync(new() { SessionId = "s1", DisplayName = "name", Labels = { ["a"] = "1" }, Ttl = Duration.FromTimeSpan(TimeSpan.FromHours(1)) });

        var updated = await UpdateAsync("s1", new() { UpdateMask = new() { Paths = { path } } });

        Assert.Equal((name, labels, expires), (updated.DisplayName, updated.Labels.Count, updated.ExpireTime is not null));
    }

    [Fact]
    public async Task A_mask_keeps_out_fields_that_it_does_not_name()
    {
        await CreateAsync("s1");

        var updated = await UpdateAsync("s1", new() { DisplayName = "new", StateDeltaJson = """{"a":1}""", UpdateMask = new() { Paths = { "display_name" } } });

        Assert.Equal(("new", "{}", 0L), (updated.DisplayName, updated.StateJson, updated.Revision));
    }

    [Fact]
    public async Task An_update_at_a_stale_revision_is_aborted_and_changes_nothing()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));

        var error = await Assert.ThrowsAsync<RpcException>(() => UpdateAsync("s1", new() { DisplayName = "late", ExpectedRevision = 0 }));

        AssertRefused(error, StatusCode.Aborted, "STALE_SESSION");
        Assert.Equal("1", Info(error).Metadata["current_revision"]);
        Assert.Empty((await GetAsync("s1")).DisplayName);
    }

    [Fact]
    public async Task An_update_that_cannot_be_used_names_the_field()
    {
        await CreateAsync("s1");

        AssertUnusable(await FailAsync(new()), "update_mask");
        AssertUnusable(await FailAsync(new() { UpdateMask = new() { Paths = { "state_json" } } }), "update_mask");
        AssertUnusable(await FailAsync(new() { StateDeltaJson = "[]" }), "state_delta_json");
        AssertUnusable(await FailAsync(new() { DisplayName = new string('x', 256) }), "display_name");
        AssertUnusable(await FailAsync(new() { Labels = { ["Upper"] = "a" } }), "labels");
        AssertUnusable(await FailAsync(new() { Ttl = new() { Seconds = 0 } }), "ttl");
        AssertUnusable(await FailAsync(new() { Ttl = new() { Seconds = 1, Nanos = -1 } }), "ttl");
        AssertUnusable(await FailAsync(new() { Ttl = new() { Seconds = 315_576_000_000 } }), "ttl");
        AssertUnusable(await FailAsync(new() { ExpireTime = new() { Seconds = 1 } }), "expire_time");

        Task<RpcException> FailAsync(Sessions.V1.UpdateSessionRequest request) => Assert.ThrowsAsync<RpcException>(() => UpdateAsync("s1", request));
    }

    [Fact]
    public async Task An_update_past_the_state_limit_is_resource_exhausted_and_changes_nothing()
    {
        await CreateAsync("s1");

        var error = await Assert.ThrowsAsync<RpcException>(() => UpdateAsync("s1", new() { StateDeltaJson = $$"""{"a":"{{new string('x', 1500)}}"}""" }));

        AssertRefused(error, StatusCode.ResourceExhausted, "STATE_TOO_LARGE");
        Assert.Contains("Sessions:MaxStateBytes", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, (await GetAsync("s1")).Revision);
    }

    [Fact]
    public async Task An_update_of_a_missing_session_is_not_found()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => UpdateAsync("nowhere", new() { DisplayName = "a" }));

        AssertRefused(error, StatusCode.NotFound, "SESSION_NOT_FOUND");
    }
}
