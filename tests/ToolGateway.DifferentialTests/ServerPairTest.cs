namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>A test that needs both servers.</summary>
[Collection<ServerPairGroup>]
public abstract class ServerPairTest(ServerPair servers) : IAsyncLifetime
{
    protected ServerPair Servers => servers;

    // Here and not in the fixture: a fixture that skips is a failure to xUnit.
    public async ValueTask InitializeAsync() => await servers.StartOrSkipAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The tests that share a pair of servers.</summary>
[CollectionDefinition]
public sealed class ServerPairGroup : ICollectionFixture<ServerPair>;
