namespace Runtime.Storage.Dialects;

/// <summary>Lets the writers of one thing in this process pass one after the other, where the database would make them fail and try again.</summary>
internal sealed class KeyedLocks<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Place> _places = [];

    /// <summary>Waits for all keys, in the order given. Callers name keys in one order, or they may wait for each other.</summary>
    public async Task<IDisposable> EnterAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
    {
        var held = new Held(this);
        try
        {
            foreach (var key in keys)
            {
                var place = Approach(key);
                try
                {
                    await place.Turn.WaitAsync(cancellationToken);
                }
                catch
                {
                    Leave(key, place);
                    throw;
                }

                held.Entered.Add((key, place));
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private Place Approach(TKey key)
    {
        lock (_lock)
        {
            if (!_places.TryGetValue(key, out var place))
            {
                _places[key] = place = new();
            }

            place.Users++;
            return place;
        }
    }

    private void Leave(TKey key, Place place)
    {
        lock (_lock)
        {
            if (--place.Users is 0)
            {
                _places.Remove(key);
                place.Turn.Dispose();
            }
        }
    }

    private sealed class Place
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Held(KeyedLocks<TKey> locks) : IDisposable
    {
        public List<(TKey Key, Place Place)> Entered { get; } = [];

        public void Dispose()
        {
            foreach (var (key, place) in Entered)
            {
                place.Turn.Release();
                locks.Leave(key, place);
            }

            Entered.Clear();
        }
    }
}
