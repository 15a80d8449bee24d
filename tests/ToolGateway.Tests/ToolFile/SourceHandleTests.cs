using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Tests.ToolFile;

public sealed class SourceHandleTests
{
    [Fact]
    public async Task A_source_that_is_taken_out_closes_when_its_last_call_has_ended()
    {
        var source = new FakeSource();
        var handle = new SourceHandle("db", "fake", "", source);
        handle.Enter();
        handle.Enter();

        var closing = handle.RetireAsync();
        handle.Leave();
        Assert.False(source.IsClosed);
        Assert.Throws<UnavailableException>(handle.Enter);
        handle.Leave();

        await closing;
        Assert.True(source.IsClosed);
    }

    [Fact]
    public async Task A_source_without_calls_closes_at_once()
    {
        var source = new FakeSource();

        await new SourceHandle("db", "fake", "", source).RetireAsync();

        Assert.True(source.IsClosed);
    }

    private sealed class FakeSource : ISource
    {
        public bool IsClosed { get; private set; }

        public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return default;
        }
    }
}
