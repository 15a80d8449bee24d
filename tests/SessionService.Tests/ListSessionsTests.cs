using Grpc.Core;
using Runtime.Sessions.V1;

namespace Runtime.SessionService.Tests;

/// <summary>Filters and orders of the list of sessions.</summary>
public sealed class ListSessionsTests(SessionServiceHost host) : ApiTest(host), IClassFixture<SessionServiceHost>
{
    [Fact]
    public async Task A_list_shows_only_what_fits_all_of_its_filters()
    {
        await CreateAsync(new CreateSessionRequest { SessionId = "1", DisplayName = "Rome", Labels = { ["topic"] = "travel", ["open"] = "yes" } });
        await CreateAsync(new CreateSessionRequest { SessionId = "2", DisplayName = "Rome", Labels = { ["topic"] = "history" } });
        await CreateAsync(new CreateSessionRequest { SessionId = "3", Labels = { ["topic"] = "travel" } });
        await AppendAsync("3", At(1000));

        Assert.Equal("1 2", await IdsAsync(new() { DisplayName = "Rome" }));
        Assert.Equal("3 1", await IdsAsync(new() { Labels = { ["topic"] = "travel" } }));
        Assert.Equal("1", await IdsAsync(new() { Labels = { ["topic"] = "travel", ["open"] = "yes" } }));
        Assert.Equal("1", await IdsAsync(new() { DisplayName = "Rome", Labels = { ["topic"] = "travel" } }));
        Assert.Equal("3", await IdsAsync(new() { UpdatedUntil = new() { Seconds = 1001 } }));
        Assert.Equal("1 2", await IdsAsync(new() { UpdatedFrom = new() { Seconds = 1001 } }));
        Assert.Equal("", await IdsAsync(new() { UserId = "nobody" }));
    }

    [Theory]
    [InlineData(SessionOrder.Unspecified, "2 3 1")]
    [InlineData(SessionOrder.UpdateTimeAsc, "2 3 1")]
    [InlineData(SessionOrder.UpdateTimeDesc, "1 3 2")]
    [InlineData(SessionOrder.CreateTimeAsc, "1 2 3")]
    [InlineData(SessionOrder.CreateTimeDesc, "3 2 1")]
    public async Task A_list_comes_in_the_order_that_was_asked_for_and_pages_keep_to_it(SessionOrder order, string ids)
    {
        await CreateAsync("1");
        await CreateAsync("2");
        await CreateAsync("3");
        await AppendAsync("2", At(1000));
        await AppendAsync("3", At(2000));

        Assert.Equal(ids, await IdsAsync(new() { Order = order }));
        Assert.Equal(ids, await IdsAsync(new() { Order = order, PageSize = 1 }));
    }

    [Fact]
    public async Task A_page_token_belongs_to_its_filter()
    {
        await CreateAsync("1");
        await CreateAsync("2");
        var token = (await ListAsync(new() { PageSize = 1 })).NextPageToken;

        var error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { PageToken = token, DisplayName = "Rome" }));

        AssertUnusable(error, "page_token");
    }

    [Fact]
    public async Task A_filter_that_cannot_be_used_names_the_field()
    {
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { Labels = { [""] = "a" } })), "labels");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { UpdatedFrom = new() { Nanos = -1 } })), "updated_from");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { Order = (SessionOrder)9 })), "order");
    }

    private Task<ListSessionsResponse> ListAsync(ListSessionsRequest request)
    {
        request.AppName = App;
        return Client.ListSessionsAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }

    private async Task<string> IdsAsync(ListSessionsRequest request)
    {
        var ids = new List<string>();
        do
        {
            var page = await ListAsync(request);
            ids.AddRange(page.Sessions.Select(session => session.SessionId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return string.Join(' ', ids);
    }
}
