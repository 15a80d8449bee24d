using Google.Cloud.PubSub.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.PubSub;
using Runtime.Testing;

namespace Runtime.GoogleCloud.Tests;

public sealed class PubSubPublisherTests
{
    private static readonly PublisherOptions _never = new() { BatchDelay = TimeSpan.FromHours(1) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_batch_goes_at_once_and_each_message_gets_its_own_id()
    {
        var pubsub = new FakePubSub();
        await using var publisher = Open(pubsub, _never with { BatchMessages = 3 });

        var ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => publisher.PublishAsync(Message($"{i}"), Cancellation)));

        Assert.Equal(["1", "2", "3"], ids);
        Assert.Equal(["0", "1", "2"], Sent(Assert.Single(pubsub.Asked<PublishRequest>())));
    }

    [Fact]
    public async Task A_batch_is_full_by_its_bytes_too_and_nothing_of_it_stays_behind()
    {
        var pubsub = new FakePubSub();
        await using var publisher = Open(pubsub, _never with { BatchBytes = 100 });

        await Task.WhenAll(publisher.PublishAsync(Message(new string('a', 90)), Cancellation), publisher.PublishAsync(Message(new string('b', 90)), Cancellation));

        Assert.Equal(2, pubsub.Asked<PublishRequest>().Length);
    }

    [Fact]
    public async Task A_message_waits_for_others_no_longer_than_the_delay()
    {
        var pubsub = new FakePubSub();
        var time = new FakeTimeProvider();
        await using var publisher = Open(pubsub, PublisherOptions.Default, time);

        var first = publisher.PublishAsync(Message("a"), Cancellation);
        time.Advance(TimeSpan.FromMilliseconds(9));
        var second = publisher.PublishAsync(Message("b"), Cancellation);
        Assert.Empty(pubsub.Asked<PublishRequest>());
        time.Advance(TimeSpan.FromMilliseconds(1));
        await Task.WhenAll(first, second);

        Assert.Equal(["a", "b"], Sent(Assert.Single(pubsub.Asked<PublishRequest>())));
    }

    [Fact]
    public async Task Messages_of_one_key_keep_their_order_one_batch_after_the_other_and_do_not_hold_up_other_keys()
    {
        var pubsub = new FakePubSub();
        var gate = new TaskCompletionSource();
        pubsub.OnPublish = request => request.Messages[0].OrderingKey is "slow" ? gate.Task : Task.CompletedTask;
        await using var publisher = Open(pubsub, _never with { BatchMessages = 2 });

        var slow = Enumerable.Range(0, 6).Select(i => publisher.PublishAsync(Message($"{i}", "slow"), Cancellation)).ToArray();
        await Task.WhenAll(publisher.PublishAsync(Message("x", "quick"), Cancellation), publisher.PublishAsync(Message("y", "quick"), Cancellation));
        await Eventually.GetAsync(() => pubsub.Asked<PublishRequest>().FirstOrDefault(IsSlow), "the first batch");
        Assert.Single(pubsub.Asked<PublishRequest>(), IsSlow);
        gate.SetResult();
        await Task.WhenAll(slow);

        Assert.Equal(["0", "1", "2", "3", "4", "5"], pubsub.Asked<PublishRequest>().Where(IsSlow).SelectMany(Sent));

        static bool IsSlow(PublishRequest request) => request.Messages[0].OrderingKey is "slow";
    }

    [Fact]
    public async Task A_key_stops_at_a_failure_until_it_is_resumed()
    {
        var pubsub = new FakePubSub { OnPublish = request => Sent(request).Contains("bad") ? throw FakeUpstream.Error(StatusCode.InvalidArgument, "bad") : Task.CompletedTask };
        await using var publisher = Open(pubsub, _never with { BatchMessages = 1 });

        await publisher.PublishAsync(Message("good", "k"), Cancellation);
        var bad = publisher.PublishAsync(Message("bad", "k"), Cancellation);
        var behind = publisher.PublishAsync(Message("behind", "k"), Cancellation);
        await Assert.ThrowsAsync<UpstreamException>(() => bad);
        Assert.Equal("PUBSUB_ORDERING_KEY_STOPPED", (await Assert.ThrowsAsync<OrderingKeyStoppedException>(() => behind)).Reason);
        await Assert.ThrowsAsync<OrderingKeyStoppedException>(() => publisher.PublishAsync(Message("later", "k"), Cancellation));
        await publisher.PublishAsync(Message("other", "l"), Cancellation);
        publisher.Resume("k");
        await publisher.PublishAsync(Message("again", "k"), Cancellation);

        Assert.Equal(["good", "bad", "other", "again"], pubsub.Asked<PublishRequest>().SelectMany(Sent));
    }

    [Fact]
    public async Task A_failure_without_a_key_concerns_its_batch_alone()
    {
        var pubsub = new FakePubSub { OnPublish = request => Sent(request).Contains("bad") ? throw FakeUpstream.Error(StatusCode.InvalidArgument, "bad") : Task.CompletedTask };
        await using var publisher = Open(pubsub, _never with { BatchMessages = 1 });

        await Assert.ThrowsAsync<UpstreamException>(() => publisher.PublishAsync(Message("bad"), Cancellation));

        Assert.Equal("1", await publisher.PublishAsync(Message("good"), Cancellation));
    }

    [Fact]
    public async Task Who_publishes_more_than_may_wait_is_held_back_until_there_is_room_and_keeps_the_order()
    {
        var pubsub = new FakePubSub();
        var gate = new TaskCompletionSource();
        pubsub.OnPublish = _ => gate.Task;
        await using var publisher = Open(pubsub, _never with { BatchMessages = 1, PendingBytes = 250 });
        var big = new string('x', 100);

        var taken = Enumerable.Range(0, 20).Select(i => publisher.EnqueueAsync(Message($"{i:00}{big}", "k"), Cancellation)).ToArray();
        Assert.Equal([true, true, false], taken[..3].Select(task => task.IsCompleted));
        gate.SetResult();
        await Task.WhenAll(await Task.WhenAll(taken));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i:00}{big}"), pubsub.Asked<PublishRequest>().SelectMany(Sent));
    }

    [Fact]
    public async Task Who_gives_up_waiting_for_room_publishes_nothing()
    {
        var pubsub = new FakePubSub();
        var gate = new TaskCompletionSource();
        pubsub.OnPublish = _ => gate.Task;
        using var impatient = new CancellationTokenSource();
        await using var publisher = Open(pubsub, _never with { BatchMessages = 1, PendingBytes = 10 });
        var first = publisher.PublishAsync(Message("first"), Cancellation);

        var second = publisher.PublishAsync(Message("second"), impatient.Token);
        var third = publisher.PublishAsync(Message("third"), Cancellation);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();
        await Task.WhenAll(first, third);

        Assert.Equal(["first", "third"], pubsub.Asked<PublishRequest>().SelectMany(Sent));
    }

    [Fact]
    public async Task A_message_larger_than_all_that_may_wait_is_published_alone()
    {
        var pubsub = new FakePubSub();
        await using var publisher = Open(pubsub, _never with { BatchBytes = 10, PendingBytes = 10 });

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => publisher.PublishAsync(Message(new string('x', 1000)), Cancellation)));

        Assert.All(pubsub.Asked<PublishRequest>(), request => Assert.Single(request.Messages));
    }

    [Fact]
    public async Task Flushing_sends_what_waits_and_ends_when_it_was_answered_whatever_the_answer()
    {
        var pubsub = new FakePubSub { OnPublish = request => Sent(request).Contains("bad") ? throw FakeUpstream.Error(StatusCode.InvalidArgument, "bad") : Task.CompletedTask };
        await using var publisher = Open(pubsub, _never);
        Task<string>[] answers = [publisher.PublishAsync(Message("a", "k"), Cancellation), publisher.PublishAsync(Message("bad", "l"), Cancellation)];

        await publisher.FlushAsync(Cancellation);

        Assert.Equal("1", await answers[0]);
        await Assert.ThrowsAsync<UpstreamException>(() => answers[1]);
    }

    [Fact]
    public async Task Disposing_sends_what_waits_and_takes_no_more()
    {
        var pubsub = new FakePubSub();
        var publisher = Open(pubsub, _never with { PendingBytes = 10 });
        var answers = Enumerable.Range(0, 5).Select(i => publisher.PublishAsync(Message($"message {i}", "k"), Cancellation)).ToArray();

        await publisher.DisposeAsync();
        await Task.WhenAll(answers);

        Assert.Equal(5, pubsub.Asked<PublishRequest>().Sum(request => request.Messages.Count));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => publisher.PublishAsync(Message("late"), Cancellation));
    }

    [Fact]
    public async Task Ten_thousand_messages_of_a_hundred_keys_keep_their_order()
    {
        var pubsub = new FakePubSub();
        await using (var publisher = Open(pubsub, PublisherOptions.Default))
        {
            await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => publisher.PublishAsync(Message($"{i}", $"k{i % 100}"), Cancellation)));
        }

        var byKey = pubsub.Asked<PublishRequest>().SelectMany(request => request.Messages)
            .GroupBy(message => message.OrderingKey, message => int.Parse(message.Data.ToStringUtf8(), System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(byKey, key => Assert.Equal(key.Order(), key));
        Assert.Equal(10_000, byKey.Sum(key => key.Count()));
    }

    private static PubSubPublisher Open(FakePubSub pubsub, PublisherOptions options, TimeProvider? time = null) =>
        new(pubsub.Client(), FakePubSub.Topic, options, time ?? TimeProvider.System);

    private static PubsubMessage Message(string text, string key = "") => new() { Data = ByteString.CopyFromUtf8(text), OrderingKey = key };

    private static IEnumerable<string> Sent(PublishRequest request) => request.Messages.Select(message => message.Data.ToStringUtf8());
}
