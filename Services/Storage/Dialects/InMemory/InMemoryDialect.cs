using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.InMemory;

/// <summary>Everything in this process, gone when it stops: for tests and first steps.</summary>
public sealed class InMemoryDialect : IStorageDialect
{
    public string Name => "in-memory";

    public IReadOnlyList<string> Schemes => ["memory"];

    public IReadOnlyList<string> Forms => ["memory://"];

    public ISessionStore Open(ConnectionUrl url, StorageContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new InMemorySessionStore(context.Time, context.Limits);
    }
}
