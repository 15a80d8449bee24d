namespace Runtime.Testing;

/// <summary>Ends what a test program started. Every test program has it as an assembly fixture (tests/Directory.Build.props).</summary>
public sealed class BackingProducts : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await BackingProduct.StopAllAsync();
}
