using Microsoft.Extensions.Caching.Memory;

namespace Runtime.SessionService.Vertex;

/// <summary>Remembers whose a session is, because the API's names do not say it; so a call is one statement, not two.</summary>
/// <remarks>It may be out of date when another process deletes a session and gives its id to another user: who finds nothing looks it up anew.</remarks>
internal sealed class SessionOwners : IDisposable
{
    private readonly MemoryCache _users = new(new MemoryCacheOptions { SizeLimit = 100_000 });

    public string? Find(string app, string id) => _users.Get<string>((app, id));

    public void Remember(string app, string id, string user) => _users.Set((app, id), user, new MemoryCacheEntryOptions { Size = 1 });

    public void Forget(string app, string id) => _users.Remove((app, id));

    public void Dispose() => _users.Dispose();
}
