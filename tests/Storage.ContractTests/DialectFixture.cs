using Runtime.Storage.Dialects;

namespace Runtime.Storage.ContractTests;

/// <summary>The store that one test class shares, or the reason there is none.</summary>
public abstract class DialectFixture(IStorageDialect dialect) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private ISessionStore? _store;

    /// <summary>Gets the dialect that the fixture opens.</summary>
    public IStorageDialect Dialect { get; } = dialect;

    /// <summary>Gets whether the database keeps session times, and the order of events, finer than a millisecond.</summary>
    public virtual TimeSpan TimeResolution => TimeSpan.FromMicroseconds(1);

    /// <summary>Gets the longest key part or event id that the database has room for.</summary>
    public virtual int KeyWidth => SessionKey.MaxLength;

    /// <summary>The largest state of a scope, small enough that a test can pass it.</summary>
    public const int MaxStateBytes = 64 * 1024;

    /// <summary>Gets what stores are opened with.</summary>
    protected virtual StorageContext Context { get; } = new() { Limits = new() { MaxStateBytes = MaxStateBytes } };

    /// <summary>Opens the store. Skips where the database is absent; fails where it was promised.</summary>
    public async Task<ISessionStore> OpenOrSkipAsync()
    {
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return _store ??= StorageDialects.BuiltIn.Open(await AddressOrSkipAsync(TestContext.Current.CancellationToken), Context);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// A second store on the same database, as another replica of the service has it; <see langword="null"/> where there can be none.
    /// </summary>
    public virtual async Task<ISessionStore?> OpenReplicaAsync() =>
        StorageDialects.BuiltIn.Open(await AddressOrSkipAsync(TestContext.Current.CancellationToken), Context);

    /// <summary>An app of its own for each test: the database is shared and never wiped.</summary>
    public static SessionKey NewKey() => new($"contract-{Guid.CreateVersion7():n}", "user", "session");

    public virtual async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        _one.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken);
}
