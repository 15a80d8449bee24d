using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Google.Protobuf;

namespace Runtime.SessionService.Wire;

/// <summary>Growing bytes in protobuf's binary format, written forward; what is nested gets its length when it ends.</summary>
/// <remarks>
/// One byte is kept for a length. A value that turns out longer than 127 bytes is moved once for each level that it is nested in, which is
/// cheaper than measuring JSON before it is read.
/// </remarks>
internal sealed class WireBuffer : IDisposable
{
    /// <summary>The deepest nesting that parsers of protobuf accept unless told otherwise.</summary>
    public const int MaxDepth = 100;

    private const int LongestVarint = 10;

    private readonly (int Start, int LengthAt)[] _open = new (int Start, int LengthAt)[MaxDepth];
    private byte[] _bytes;
    private int _length;
    private int _depth;

    public WireBuffer(int capacity = 4096) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Gets or sets how many bytes there are; a smaller value takes the last ones back.</summary>
    public int Length
    {
        get => _length;
        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _length);
            _length = value;
        }
    }

    /// <summary>Gets or sets whether something was nested too deep since this was last unset; its bytes are then of no use.</summary>
    public bool TooDeep { get; set; }

    /// <summary>Gets or sets whether something was left out because it nests too deep.</summary>
    public bool LeftOut { get; set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Starts a message, or another value that its length goes before.</summary>
    public void Begin(uint tag)
    {
        var start = _length;
        Varint(tag);
        Free(1);
        if (_depth < MaxDepth)
        {
            _open[_depth] = (start, _length);
        }
        else
        {
            TooDeep = true;
        }

        _depth++;
        _length++;
    }

    /// <summary>Ends what was started last.</summary>
    public void End()
    {
        _depth--;
        if (_depth >= MaxDepth)
        {
            return;
        }

        var at = _open[_depth].LengthAt;
        var length = _length - at - 1;
        if (length >= 0x80)
        {
            var more = VarintLength((uint)length) - 1;
            Free(more);
            _bytes.AsSpan(at + 1, length).CopyTo(_bytes.AsSpan(at + 1 + more));
            _length = at;
            Varint((uint)length);
            _length += length;
        }
        else
        {
            _bytes[at] = (byte)length;
        }
    }

    /// <summary>Ends what was started last; without content, it was never there.</summary>
    public void EndUnlessEmpty()
    {
        if (_depth <= MaxDepth && _open[_depth - 1] is var open && _length == open.LengthAt + 1)
        {
            _depth--;
            _length = open.Start;
        }
        else
        {
            End();
        }
    }

    public void Varint(ulong value)
    {
        Free(LongestVarint);
        while (value >= 0x80)
        {
            _bytes[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[_length++] = (byte)value;
    }

    public void Fixed32(uint value)
    {
        Free(sizeof(uint));
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(uint);
    }

    public void Fixed64(ulong value)
    {
        Free(sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(ulong);
    }

    public void Delimited(uint tag, ReadOnlySpan<byte> value)
    {
        Free((2 * LongestVarint) + value.Length);
        Varint(tag);
        Varint((uint)value.Length);
        value.CopyTo(_bytes.AsSpan(_length));
        _length += value.Length;
    }

    /// <summary>Writes a text; an empty one is left out, as proto3 has it.</summary>
    public void Text(uint tag, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Free((2 * LongestVarint) + length);
        Varint(tag);
        Varint((uint)length);
        _length += Encoding.UTF8.GetBytes(value, _bytes.AsSpan(_length));
    }

    /// <summary>Writes fields that are encoded already.</summary>
    public void Fields(IMessage message)
    {
        var length = message.CalculateSize();
        Free(length);
        message.WriteTo(_bytes.AsSpan(_length, length));
        _length += length;
    }

    /// <summary>Writes the text that the reader stands on, without a copy in between where it has escapes.</summary>
    public void Text(uint tag, scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            Delimited(tag, reader.ValueSpan);
            return;
        }

        Varint(tag);
        var most = reader.ValueSpan.Length;
        var room = VarintLength((uint)most);

        // Enough for both: growing keeps only what is counted, and the text is not, until its length is written.
        Free(room + most + LongestVarint);
        var length = JsonText.Unescape(ref reader, _bytes.AsSpan(_length + room, most));
        var start = _length;
        Varint((uint)length);
        if (_length < start + room)
        {
            _bytes.AsSpan(start + room, length).CopyTo(_bytes.AsSpan(_length));
        }

        _length += length;
    }

    public void Clear()
    {
        _length = 0;
        _depth = 0;
        TooDeep = false;
        LeftOut = false;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private static int VarintLength(uint value) => (38 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private void Free(int size)
    {
        if (_bytes.Length - _length < size)
        {
            Grow(size);
        }
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + size));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
