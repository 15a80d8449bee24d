using Grpc.Core;
using Runtime.Sessions.V1;

namespace Runtime.SessionService.Tests;

/// <summary>A service whose limits are small against its events, so that few of them fill a page.</summary>
public sealed class SmallPagesHost : SessionServiceHost
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["ConnectionStrings:sessions"] = "memory://",
        ["Sessions:MaxPageBytes"] = "65536",
        ["Sessions:MaxResponseBytes"] = "65536",
    };
}

/// <summary>Reading events in pages, and sessions as a stream.</summary>
public sealed class EventPagesTests(SmallPagesHost host) : ApiTest(host), IClassFixture<SmallPagesHost>
{
    private static readonly string _tenKilobytes = $$"""{"output":"{{new string('x', 10_000)}}"}""";

    [Theory]
    [InlineData(EventOrder.Unspecified, "1 2|3 4|5")]
    [InlineData(EventOrder.TimestampAsc, "1 2|3 4|5")]
    [InlineData(EventOrder.TimestampDesc, "5 4|3 2|1")]
    public async Task Pages_follow_each_other_in_either_order(EventOrder order, string pages)
    {
        await FillAsync("s1", 5);

        Assert.Equal(pages, string.Join('|', (await PagesAsync(new() { Order = order, PageSize = 2 })).Select(Ids)));
    }

    [Fact]
    public async Task A_list_keeps_to_its_times()
    {
        await FillAsync("s1", 5);

        var pages = await PagesAsync(new() { FromTime = new() { Seconds = 2 }, UntilTime = new() { Seconds = 4 } });

        Assert.Equal("2 3", Ids(Assert.Single(pages)));
        Assert.Equal(5, pages[0].Revision);
    }

    [Fact]
    public async Task A_page_ends_at_its_bytes_and_the_next_goes_on_behind_it()
    {
        await FillAsync("s1", 14, _tenKilobytes);

        var pages = await PagesAsync(new());

        Assert.Equal(["1 2 3 4 5 6", "7 8 9 10 11 12", "13 14"], pages.Select(Ids));
        Assert.All(pages, page => Assert.True(page.CalculateSize() < 66_000));
    }

    [Fact]
    public async Task A_list_that_cannot_be_used_names_the_field()
    {
        await FillAsync("s1", 2);
        var token = (await PagesAsync(new() { PageSize = 1 }))[0].NextPageToken;

        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => PagesAsync(new() { PageToken = "garbage" })), "page_token");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => PagesAsync(new() { PageToken = token, Order = EventOrder.TimestampDesc })), "page_token");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => PagesAsync(new() { PageSize = -1 })), "page_size");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => PagesAsync(new() { Order = (EventOrder)9 })), "order");
        AssertRefused(
            await Assert.ThrowsAsync<RpcException>(() => Client.ListEventsAsync(
                new() { AppName = App, UserId = "thief", SessionId = "s1" }, cancellationToken: Cancellation).ResponseAsync),
            StatusCode.NotFound, "SESSION_NOT_FOUND");
    }

    [Fact]
    public async Task A_session_too_large_for_one_message_is_refused_by_get_and_brought_by_read()
    {
        await FillAsync("s1", 20, _tenKilobytes);

        var error = await Assert.ThrowsAsync<RpcException>(() => GetAsync("s1"));
        var messages = await ReadAsync(new());

        AssertRefused(error, StatusCode.ResourceExhausted, "RESPONSE_TOO_LARGE");
        Assert.Contains("ReadSession", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal((20L, 0), (messages[0].Session.Revision, messages[0].Session.Events.Count));
        Assert.Equal(["1 2 3 4 5 6", "7 8 9 10 11 12", "13 14 15 16 17 18", "19 20"], messages.Skip(1).Select(Ids));
        Assert.All(messages, message => Assert.True(message.CalculateSize() < 66_000));
        Assert.Empty(messages[^1].NextPageToken);
    }

    [Fact]
    public async Task A_read_goes_on_behind_the_message_whose_token_it_has()
    {
        await FillAsync("s1", 20, _tenKilobytes);
        var messages = await ReadAsync(new());

        var rest = await ReadAsync(new() { PageToken = messages[2].NextPageToken });

        Assert.Equal(["13 14 15 16 17 18", "19 20"], rest.Select(Ids));
        Assert.All(rest, message => Assert.Null(message.Session));
    }

    [Fact]
    public async Task A_read_stops_at_the_revision_of_its_first_message()
    {
        await FillAsync("s1", 20, _tenKilobytes);
        using var call = Client.ReadSession(new() { AppName = App, UserId = User, SessionId = "s1" }, cancellationToken: Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var token = call.ResponseStream.Current.NextPageToken;

        await AppendAsync("s1", At(21));

        var rest = await ReadAsync(new() { PageToken = token });
        Assert.Equal("7 8 9 10 11 12 13 14 15 16 17 18 19 20", string.Join(' ', rest.Select(Ids)));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(3, "3 4 5")]
    [InlineData(5, "1 2 3 4 5")]
    [InlineData(9, "1 2 3 4 5")]
    public async Task A_read_brings_only_the_newest_events_asked_for(int recent, string ids)
    {
        await FillAsync("s1", 5);

        var messages = await ReadAsync(new() { NumRecentEvents = recent });

        Assert.Equal(ids, string.Join(' ', messages.Skip(1).Select(Ids)));
        Assert.Equal(5, messages[0].Session.Revision);
    }

    [Fact]
    public async Task A_read_filters_by_time_before_it_counts()
    {
        await FillAsync("s1", 5);

        Assert.Equal("3 4 5", string.Join(' ', (await ReadAsync(new() { AfterTimestamp = new() { Seconds = 3 } })).Skip(1).Select(Ids)));
        Assert.Equal(
            "4 5", string.Join(' ', (await ReadAsync(new() { AfterTimestamp = new() { Seconds = 3 }, NumRecentEvents = 2 })).Skip(1).Select(Ids)));
    }

    [Fact]
    public async Task A_read_of_a_session_that_was_created_again_is_aborted()
    {
        await FillAsync("s1", 20, _tenKilobytes);
        var token = (await ReadAsync(new()))[1].NextPageToken;
        await DeleteAsync("s1");

        var gone = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new() { PageToken = token }));
        await CreateAsync("s1");
        var replaced = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new() { PageToken = token }));

        AssertRefused(gone, StatusCode.NotFound, "SESSION_NOT_FOUND");
        AssertRefused(replaced, StatusCode.Aborted, "STALE_SESSION");
    }

    [Fact]
    public async Task A_read_that_cannot_be_used_names_the_field()
    {
        await FillAsync("s1", 1);

        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new() { PageToken = "garbage" })), "page_token");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new() { PageToken = "1.garbage" })), "page_token");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new() { NumRecentEvents = -1 })), "num_recent_events");
    }

    [Fact]
    public async Task A_list_of_sessions_ends_at_its_bytes_too()
    {
        for (var number = 1; number <= 8; number++)
        {
            await CreateAsync($"{number}", $$"""{"a":"{{new string('x', 20_000)}}"}""");
        }

        var first = await Client.ListSessionsAsync(new() { AppName = App }, cancellationToken: Cancellation);
        var second = await Client.ListSessionsAsync(new() { AppName = App, PageToken = first.NextPageToken }, cancellationToken: Cancellation);

        Assert.Equal(["1", "2", "3"], first.Sessions.Select(session => session.SessionId));
        Assert.Equal(["4", "5", "6"], second.Sessions.Select(session => session.SessionId));
    }

    private static string Ids(ListEventsResponse page) => string.Join(' ', page.Events.Select(stored => stored.Id));

    private static string Ids(ReadSessionResponse message) => string.Join(' ', message.Events.Select(stored => stored.Id));

    private async Task FillAsync(string id, int events, string json = "")
    {
        await CreateAsync(id);
        await Client.AppendEventsAsync(
            new() { AppName = App, UserId = User, SessionId = id, Events = { Enumerable.Range(1, events).Select(second => At(second, json: json)) } },
            cancellationToken: Cancellation);
    }

    private async Task<List<ListEventsResponse>> PagesAsync(ListEventsRequest request)
    {
        (request.AppName, request.UserId, request.SessionId) = (App, User, "s1");
        var pages = new List<ListEventsResponse>();
        do
        {
            pages.Add(await Client.ListEventsAsync(request, cancellationToken: Cancellation));
            request.PageToken = pages[^1].NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return pages;
    }

    private async Task<List<ReadSessionResponse>> ReadAsync(ReadSessionRequest request)
    {
        (request.AppName, request.UserId, request.SessionId) = (App, User, "s1");
        using var call = Client.ReadSession(request, cancellationToken: Cancellation);
        var messages = new List<ReadSessionResponse>();
        while (await call.ResponseStream.MoveNext(Cancellation))
        {
            messages.Add(call.ResponseStream.Current);
        }

        return messages;
    }
}
