using System.Text;

namespace Runtime.SessionService.Vertex;

/// <summary>Finds what belongs to a JSON name by its UTF-8 bytes, without making a string of them.</summary>
internal sealed class NameTable<T>
    where T : class
{
    private readonly (byte[] Name, T Value)[][] _byLength;

    public NameTable(IEnumerable<(string Name, T Value)> entries)
    {
        var encoded = entries.Select(entry => (Name: Encoding.UTF8.GetBytes(entry.Name), entry.Value)).ToArray();
        _byLength = [.. Enumerable.Range(0, encoded.Length == 0 ? 0 : encoded.Max(entry => entry.Name.Length) + 1)
            .Select(length => encoded.Where(entry => entry.Name.Length == length).ToArray())];
    }

    public T? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length < _byLength.Length)
        {
            foreach (ref readonly var entry in _byLength[name.Length].AsSpan())
            {
                if (name.SequenceEqual(entry.Name))
                {
                    return entry.Value;
                }
            }
        }

        return null;
    }
}
