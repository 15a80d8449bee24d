using System.Collections.Concurrent;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>Connections for reading, kept and shared: each read sees one moment, and keeps no writer waiting.</summary>
/// <remarks>SQLite reads synchronously. The number at once is bounded, so that slow reads cannot take all threads of the pool.</remarks>
internal sealed class SqliteReaders(Func<SqliteLink> open) : IAsyncDisposable
{
    private static readonly int MostAtOnce = Math.Max(4, 2 * Environment.ProcessorCount);

    private readonly SemaphoreSlim _free = new(MostAtOnce, MostAtOnce);
    private readonly ConcurrentBag<SqliteLink> _idle = [];

    public async Task<T> RunAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Run(work), cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for the reads that have begun.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var taken = 0; taken < MostAtOnce; taken++)
        {
            await _free.WaitAsync();
        }

        Forget();
        _free.Dispose();
    }

    /// <summary>Closes what is idle: all have the old file open.</summary>
    private void Forget()
    {
        while (_idle.TryTake(out var link))
        {
            link.Dispose();
        }
    }

    private T Run<T>(Func<SqliteLink, T> work)
    {
        var link = Take();
        try
        {
            link.Execute("BEGIN");
            link.Layout ??= SqliteSchema.Find(link) ?? throw new SqliteFileChangedException();
            var result = work(link);
            link.Execute("COMMIT");
            _idle.Add(link);
            return result;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private SqliteLink Take()
    {
        if (!_idle.TryTake(out var link))
        {
            return open();
        }

        if (!link.HasMoved())
        {
            return link;
        }

        link.Dispose();
        Forget();
        return open();
    }
}
