using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Runtime.SessionService.Expiry;
using Runtime.Storage;
using Runtime.Testing;

namespace Runtime.SessionService.Tests;

/// <summary>A service whose sessions of one app live for a day, and that looks for expired ones every second.</summary>
public sealed class ExpiringHost : SessionServiceHost
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["ConnectionStrings:sessions"] = "memory://",
        ["Sessions:Expiry:Default"] = "30.00:00:00",
        ["Sessions:Expiry:Apps:short"] = "1.00:00:00",
        ["Sessions:Expiry:Apps:kept"] = "never",
        ["Sessions:Expiry:SweepInterval"] = "00:00:01",
        ["Sessions:Watch:PollInterval"] = "00:10:00",
    };
}

public sealed class ExpiryTests(ExpiringHost host) : ApiTest(host), IClassFixture<ExpiringHost>
{
    [Theory]
    [InlineData("any", 30)]
    [InlineData("short", 1)]
    [InlineData("kept", null)]
    public async Task A_new_session_lives_as_long_as_the_setting_of_its_app_says(string app, int? days)
    {
        var session = await Client.CreateSessionAsync(new() { AppName = app, UserId = User }, cancellationToken: Cancellation);

        var lifetime = session.ExpireTime?.ToDateTimeOffset() - session.CreateTime.ToDateTimeOffset();
        Assert.Equal(days, lifetime is { } set ? (int)Math.Round(set.TotalDays) : null);
    }

    [Fact]
    public async Task What_its_creator_says_wins()
    {
        var moment = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddHours(2));

        var lived = await CreateAsync(new Sessions.V1.CreateSessionRequest { Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) });
        var until = await CreateAsync(new Sessions.V1.CreateSessionRequest { ExpireTime = moment });

        Assert.Equal(5, Math.Round((lived.ExpireTime - lived.CreateTime).ToTimeSpan().TotalMinutes));
        Assert.Equal(moment.Seconds, until.ExpireTime.Seconds);
    }

    [Fact]
    public async Task An_expiry_that_is_over_names_the_field()
    {
        AssertUnusable(await FailAsync(new() { Ttl = new() { Seconds = -5 } }), "ttl");
        AssertUnusable(await FailAsync(new() { ExpireTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddSeconds(-1)) }), "expire_time");
        AssertUnusable(await FailAsync(new() { ExpireTime = new() { Seconds = long.MaxValue } }), "expire_time");

        Task<RpcException> FailAsync(Sessions.V1.CreateSessionRequest request) => Assert.ThrowsAsync<RpcException>(() => CreateAsync(request));
    }

    [Fact]
    public async Task An_expired_session_is_not_found_and_its_watchers_are_told_by_the_sweep()
    {
        await CreateAsync(new Sessions.V1.CreateSessionRequest { SessionId = "s1", Ttl = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) });
        using var watch = await WatchCall.OpenAsync(Client, new() { AppName = App, UserId = User, SessionId = "s1" });

        Assert.Equal(["deleted s1"], await watch.NextAsync(1));
        await watch.EndAsync();
        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => GetAsync("s1")), StatusCode.NotFound, "SESSION_NOT_FOUND");
    }

    [Fact]
    public async Task A_sweep_goes_on_until_nothing_is_left()
    {
        var clock = new SetClock();
        await using var store = new Storage.Dialects.InMemory.InMemorySessionStore(clock, new StorageLimits());
        for (var number = 0; number < 450; number++)
        {
            await store.CreateAsync(new("a", "u", $"{number}"), new(Storage.State.ScopedState.Empty) { ExpireTime = clock.Now.AddMinutes(1) }, Cancellation);
        }

        clock.Now = clock.Now.AddMinutes(2);
        using var sweeper = Sweeper(store, TimeSpan.FromDays(1));

        Assert.Equal(450, await sweeper.SweepAsync(Cancellation));
        Assert.Equal(0, await sweeper.SweepAsync(Cancellation));
    }

    [Fact]
    public async Task A_sweep_that_fails_is_tried_again()
    {
        var clock = new SetClock();
        await using var inner = new Storage.Dialects.InMemory.InMemorySessionStore(clock, new StorageLimits());
        await inner.CreateAsync(new("a", "u", "s1"), new(Storage.State.ScopedState.Empty) { ExpireTime = clock.Now.AddMinutes(1) }, Cancellation);
        clock.Now = clock.Now.AddMinutes(2);
        var store = new StoreInFront(inner) { SweepFailure = new StorageException(StorageFailure.Unavailable, "Away.", "Wait.") };
        using var sweeper = Sweeper(store, TimeSpan.FromMilliseconds(20));
        await sweeper.StartAsync(Cancellation);
        await Eventually.GetAsync(() => store.Sweeps > 2 ? store : null, "A failed sweep");

        store.SweepFailure = null;

        await Eventually.GetAsync(() => store.Swept > 0 ? store : null, "The sweep");
        await sweeper.StopAsync(Cancellation);
    }

    private static ExpirySweeper Sweeper(ISessionStore store, TimeSpan interval)
    {
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        return new(store, Options.Create(new ExpiryOptions { SweepInterval = interval }), new(meters), TimeProvider.System, NullLogger<ExpirySweeper>.Instance);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
