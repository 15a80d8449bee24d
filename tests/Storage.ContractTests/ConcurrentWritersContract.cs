using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>What holds when many write at once, in one process and from several.</summary>
public abstract class ConcurrentWritersContract(DialectFixture dialect)
{
    private const int Writers = 16;
    private const int EventsEach = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writers_of_one_session_lose_no_event_and_no_state()
    {
        var stores = await OpenAllAsync();
        var key = DialectFixture.NewKey();
        await stores[0].CreateAsync(key, ScopedState.Empty, Cancellation);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var revisions = new List<long>();
            for (var number = 0; number < EventsEach; number++)
            {
                var delta = $$"""{"s{{writer}}-{{number}}":1,"app:a{{writer}}-{{number}}":1,"user:u{{writer}}-{{number}}":1}""";
                var outcome = await stores[writer % stores.Count].AppendAsync(key, Offer.Event($"{writer}-{number}", delta: delta), null, Cancellation);
                revisions.Add(Assert.IsType<Appended>(outcome).Revision);
            }

            return revisions;
        }));

        var session = await stores[0].GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(Writers * EventsEach, session!.Events.Count);
        Assert.Equal(3 * Writers * EventsEach, session.State.Count);
        Assert.Equal(Enumerable.Range(1, Writers * EventsEach).Select(number => (long)number), outcomes.SelectMany(each => each).Order());
        Assert.Equal(Writers * EventsEach, session.Revision);
        Assert.All(outcomes, each => Assert.Equal(each.Order(), each));
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task Writers_at_one_revision_let_exactly_one_through()
    {
        var stores = await OpenAllAsync();
        var key = DialectFixture.NewKey();
        await stores[0].CreateAsync(key, ScopedState.Empty, Cancellation);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(
            writer => stores[writer % stores.Count].AppendAsync(key, Offer.Event($"{writer}"), 0, Cancellation)));

        Assert.Single(outcomes, outcome => outcome is Appended);
        Assert.All(outcomes, outcome => Assert.True(outcome is Appended { Revision: 1 } or RevisionConflict { Current: 1 }, $"{outcome}"));
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task Writers_of_one_event_store_it_once()
    {
        var stores = await OpenAllAsync();
        var key = DialectFixture.NewKey();
        await stores[0].CreateAsync(key, ScopedState.Empty, Cancellation);
        var offered = Offer.Event("same", delta: """{"n":1}""");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(
            writer => stores[writer % stores.Count].AppendAsync(key, offered, null, Cancellation)));

        Assert.Single(outcomes, outcome => outcome is Appended);
        Assert.Equal(Writers - 1, outcomes.Count(outcome => outcome is AlreadyAppended { Revision: 1 }));
        Assert.Single((await stores[0].GetAsync(key, EventWindow.All, Cancellation))!.Events);
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task Appends_that_are_refused_disturb_none_of_those_that_come_at_the_same_time()
    {
        var stores = await OpenAllAsync();
        var (taken, missing) = (DialectFixture.NewKey(), DialectFixture.NewKey());
        SessionKey[] own = [.. Enumerable.Range(0, Writers).Select(_ => DialectFixture.NewKey())];
        foreach (var key in own.Append(taken))
        {
            await stores[0].CreateAsync(key, ScopedState.Empty, Cancellation);
        }

        await stores[0].AppendAsync(taken, Offer.Event("e", delta: """{"n":1}"""), null, Cancellation);
        var refused = Enumerable.Range(0, Writers).Select(writer => stores[0].AppendAsync(
            writer % 2 == 0 ? taken : missing, Offer.Event("e", delta: """{"n":2}"""), null, Cancellation));
        var accepted = own.Select(key => stores[0].AppendAsync(key, Offer.Event("e"), null, Cancellation));
        var outcomes = await Task.WhenAll(refused.Zip(accepted).SelectMany(pair => new[] { pair.First, pair.Second }));

        Assert.Equal(Writers, outcomes.Count(outcome => outcome is Appended { Revision: 1 }));
        Assert.Equal(Writers / 2, outcomes.Count(outcome => outcome is EventIdTaken));
        Assert.Equal(Writers / 2, outcomes.Count(outcome => outcome is SessionMissing));
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task First_creates_in_a_new_app_all_succeed_and_keep_their_state()
    {
        var stores = await OpenAllAsync();
        var key = DialectFixture.NewKey();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => stores[writer % stores.Count].CreateAsync(
            key with { Id = $"{writer}" }, ScopedState.Parse($$"""{"app:{{writer}}":1,"user:{{writer}}":1}""", "s"), Cancellation)));

        Assert.All(outcomes, outcome => Assert.IsType<SessionCreated>(outcome));
        Assert.Equal(2 * Writers, (await stores[0].GetAsync(key with { Id = "0" }, EventWindow.All, Cancellation))!.State.Count);
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task Creates_of_one_id_let_exactly_one_through()
    {
        var stores = await OpenAllAsync();
        var key = DialectFixture.NewKey();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(
            writer => stores[writer % stores.Count].CreateAsync(key, ScopedState.Empty, Cancellation)));

        Assert.Single(outcomes, outcome => outcome is SessionCreated);
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task Writers_of_many_sessions_all_keep_their_keys_in_app_and_user_state()
    {
        var stores = await OpenAllAsync();
        var key = DialectFixture.NewKey();
        foreach (var writer in Enumerable.Range(0, Writers))
        {
            await stores[0].CreateAsync(key with { Id = $"{writer}" }, ScopedState.Empty, Cancellation);
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var number = 0; number < EventsEach; number++)
            {
                var delta = $$"""{"app:{{writer}}-{{number}}":1,"user:{{writer}}-{{number}}":1}""";
                Assert.IsType<Appended>(await stores[writer % stores.Count].AppendAsync(key with { Id = $"{writer}" }, Offer.Event(delta: delta), number, Cancellation));
            }
        }));

        Assert.Equal(2 * Writers * EventsEach, (await stores[0].GetAsync(key with { Id = "3" }, EventWindow.All, Cancellation))!.State.Count);
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task A_delete_among_appends_leaves_no_event_behind()
    {
        var stores = await OpenAllAsync();
        var key = DialectFixture.NewKey();
        await stores[0].CreateAsync(key, ScopedState.Empty, Cancellation);

        var appends = Enumerable.Range(0, Writers).Select(writer => stores[writer % stores.Count].AppendAsync(key, Offer.Event($"{writer}"), null, Cancellation)).ToArray();
        await stores[^1].DeleteAsync(key, Cancellation);
        await Task.WhenAll(appends);

        await stores[0].CreateAsync(key, ScopedState.Empty, Cancellation);
        var anew = await stores[0].GetAsync(key, EventWindow.All, Cancellation);
        Assert.Empty(anew!.Events);
        await CloseReplicasAsync(stores);
    }

    [Fact]
    public async Task Replicas_that_start_at_once_all_find_the_tables()
    {
        await dialect.OpenOrSkipAsync();
        var replicas = new List<ISessionStore>();
        for (var number = 0; number < 4; number++)
        {
            if (await dialect.OpenReplicaAsync() is { } replica)
            {
                replicas.Add(replica);
            }
        }

        await Task.WhenAll(replicas.Select(replica => Task.Run(() => replica.CheckAsync(Cancellation), Cancellation)));

        await CloseReplicasAsync([.. replicas.Prepend(await dialect.OpenOrSkipAsync())]);
    }

    private async Task<IReadOnlyList<ISessionStore>> OpenAllAsync()
    {
        var store = await dialect.OpenOrSkipAsync();
        return await dialect.OpenReplicaAsync() is { } replica ? [store, replica] : [store];
    }

    private static async Task CloseReplicasAsync(IReadOnlyList<ISessionStore> stores)
    {
        // The first belongs to the fixture.
        foreach (var replica in stores.Skip(1))
        {
            await replica.DisposeAsync();
        }
    }
}
