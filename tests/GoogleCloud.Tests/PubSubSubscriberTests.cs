using Google.Cloud.PubSub.V1;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Runtime.GoogleCloud.PubSub;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;
using static Runtime.GoogleCloud.Tests.FakeUpstream;

namespace Runtime.GoogleCloud.Tests;

public sealed class PubSubSubscriberTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_come_one_by_one_and_are_acknowledged()
    {
        var pubsub = new FakePubSub().Deliver([["a", "b"], ["c"]]);

        Assert.Equal(["a", "b", "c"], await AcknowledgeAsync(pubsub, count: 3));

        var request = Assert.Single(pubsub.Asked<StreamingPullRequest>());
        Assert.Equal((FakePubSub.Subscription, 60, 1000), (request.Subscription, request.StreamAckDeadlineSeconds, request.MaxOutstandingMessages));
        Assert.Equal(["a", "b", "c"], pubsub.Asked<AcknowledgeRequest>().SelectMany(ack => ack.AckIds));
    }

    [Fact]
    public async Task A_stream_that_ends_or_breaks_is_opened_anew_as_the_same_client()
    {
        var pubsub = new FakePubSub()
            .Deliver([["a"]], Error(StatusCode.Unavailable, "The server ends every stream after a while."))
            .Deliver([], Reset())
            .Deliver([["b"]], Error(StatusCode.DeadlineExceeded, "late"))
            .Deliver([["c"]]);

        Assert.Equal(["a", "b", "c"], await AcknowledgeAsync(pubsub, count: 3));

        Assert.Single(pubsub.Asked<StreamingPullRequest>().Select(request => request.ClientId).Distinct());
    }

    [Fact]
    public async Task A_refusal_ends_the_reading_with_the_step_that_helps()
    {
        var pubsub = new FakePubSub().Deliver([["a"]], Error(StatusCode.NotFound, "Subscription does not exist"));

        var error = await Assert.ThrowsAsync<NotFoundException>(() => AcknowledgeAsync(pubsub, count: 2));

        Assert.Equal("PUBSUB_SUBSCRIPTION_NOT_FOUND", error.Reason);
    }

    [Fact]
    public async Task The_deadline_of_what_is_held_is_prolonged_until_it_is_settled()
    {
        var pubsub = new FakePubSub().Deliver([["a", "b"]]);
        var time = new FakeTimeProvider();
        await using var deliveries = pubsub.Subscriber(time).ReceiveAsync(FakePubSub.Subscription, SubscriberOptions.Default, Cancellation).GetAsyncEnumerator(Cancellation);
        await deliveries.MoveNextAsync();
        var first = deliveries.Current;

        time.Advance(TimeSpan.FromSeconds(30));
        var both = await ProlongedAsync(pubsub, 1);
        await first.AcknowledgeAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(30));
        var rest = await ProlongedAsync(pubsub, 2);

        Assert.Equal((60, 2), (both.AckDeadlineSeconds, both.AckIds.Count));
        Assert.Equal(["b"], rest.AckIds);
    }

    [Fact]
    public async Task A_message_that_is_held_too_long_is_let_go()
    {
        var pubsub = new FakePubSub().Deliver([["a"]]);
        var time = new FakeTimeProvider();
        var options = SubscriberOptions.Default with { LongestLease = TimeSpan.FromSeconds(45) };
        await using var deliveries = pubsub.Subscriber(time).ReceiveAsync(FakePubSub.Subscription, options, Cancellation).GetAsyncEnumerator(Cancellation);
        await deliveries.MoveNextAsync();

        time.Advance(TimeSpan.FromSeconds(30));
        await ProlongedAsync(pubsub, 1);
        time.Advance(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(30));
        await deliveries.Current.AcknowledgeAsync(Cancellation);

        Assert.Single(pubsub.Asked<ModifyAckDeadlineRequest>());
    }

    [Fact]
    public async Task No_more_is_read_while_as_much_is_held_as_may_be()
    {
        var pubsub = new FakePubSub().Deliver([["a", "b"], ["c"]]);
        var options = SubscriberOptions.Default with { HeldMessages = 2 };
        await using var deliveries = pubsub.Subscriber(TimeProvider.System).ReceiveAsync(FakePubSub.Subscription, options, Cancellation).GetAsyncEnumerator(Cancellation);
        await deliveries.MoveNextAsync();
        var first = deliveries.Current;
        await deliveries.MoveNextAsync();

        var third = deliveries.MoveNextAsync().AsTask();
        Assert.False(third.IsCompleted);
        await first.RejectAsync(Cancellation);

        Assert.True(await third.WaitAsync(TestTimeouts.Call, Cancellation));
        Assert.Equal("c", deliveries.Current.Message.MessageId);
        Assert.Equal(0, Assert.Single(pubsub.Asked<ModifyAckDeadlineRequest>()).AckDeadlineSeconds);
    }

    [Fact]
    public async Task What_was_not_handed_out_is_given_back_when_the_reading_ends()
    {
        var pubsub = new FakePubSub().Deliver([["a", "b", "c"]]);

        await AcknowledgeAsync(pubsub, count: 1);

        var back = Assert.Single(pubsub.Asked<ModifyAckDeadlineRequest>());
        Assert.Equal(0, back.AckDeadlineSeconds);
        Assert.Equal(["b", "c"], back.AckIds.Order());
    }

    [Fact]
    public async Task A_message_that_is_settled_after_the_end_says_that_it_comes_again()
    {
        var pubsub = new FakePubSub().Deliver([["a"]]);
        var delivery = await pubsub.Subscriber(TimeProvider.System).ReceiveAsync(FakePubSub.Subscription, SubscriberOptions.Default, Cancellation).FirstAsync(Cancellation);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => delivery.AcknowledgeAsync(Cancellation));
    }

    [Fact]
    public async Task An_acknowledgement_that_fails_is_told()
    {
        var pubsub = new FakePubSub { OnAcknowledge = Error(StatusCode.Unavailable, "gone") }.Deliver([["a"]]);

        await Assert.ThrowsAsync<UnavailableException>(() => AcknowledgeAsync(pubsub, count: 1));
    }

    [Fact]
    public async Task Reading_that_is_cancelled_ends_as_cancelled()
    {
        var pubsub = new FakePubSub().Deliver([["a"]]);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var delivery in pubsub.Subscriber(TimeProvider.System).ReceiveAsync(FakePubSub.Subscription, SubscriberOptions.Default, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }

    private static async Task<List<string>> AcknowledgeAsync(FakePubSub pubsub, int count)
    {
        List<string> ids = [];
        await foreach (var delivery in pubsub.Subscriber(TimeProvider.System).ReceiveAsync(FakePubSub.Subscription, SubscriberOptions.Default, Cancellation))
        {
            await delivery.AcknowledgeAsync(Cancellation);
            ids.Add(delivery.Message.MessageId);
            if (ids.Count == count)
            {
                break;
            }
        }

        return ids;
    }

    private static Task<ModifyAckDeadlineRequest> ProlongedAsync(FakePubSub pubsub, int times) => Eventually.GetAsync(
        () => pubsub.Asked<ModifyAckDeadlineRequest>() is { } asked && asked.Length >= times ? asked[times - 1] : null, "the prolongation");
}
