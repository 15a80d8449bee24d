using System.Buffers.Binary;
using System.Text.Unicode;

namespace Runtime.SessionService.Vertex;

/// <summary>Reads protobuf's binary format.</summary>
/// <exception cref="FormatException">The bytes are none.</exception>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>Gets the number of the field that <see cref="Next"/> found.</summary>
    public int Number { get; private set; }

    /// <summary>Gets the wire type of the field that <see cref="Next"/> found.</summary>
    public int Type { get; private set; }

    /// <summary>Gets how many bytes are read.</summary>
    public readonly int Position => _at;

    public readonly bool AtEnd => _at == _bytes.Length;

    /// <summary>Moves to the next field.</summary>
    public bool Next()
    {
        if (AtEnd)
        {
            return false;
        }

        var tag = Varint();
        Number = tag <= uint.MaxValue ? (int)(tag >> 3) : 0;
        Type = (int)tag & 7;
        return Number != 0 ? true : throw new FormatException();
    }

    public ulong Varint()
    {
        var value = 0ul;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new FormatException();
    }

    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public ReadOnlySpan<byte> Delimited()
    {
        var length = Varint();
        return length <= int.MaxValue ? Take((int)length) : throw new FormatException();
    }

    public ReadOnlySpan<byte> Text()
    {
        var text = Delimited();
        return Utf8.IsValid(text) ? text : throw new FormatException();
    }

    /// <summary>Passes over the value of a field that nobody knows.</summary>
    public void Skip()
    {
        switch (Type)
        {
            case 0:
                Varint();
                break;
            case 1:
                Take(sizeof(ulong));
                break;
            case 2:
                Delimited();
                break;
            case 5:
                Take(sizeof(uint));
                break;
            default:
                throw new FormatException();
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw new FormatException();
        }

        _at += count;
        return _bytes.Slice(_at - count, count);
    }
}
