using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Runtime.Storage.Migration.Pickle;

/// <summary>Reads a Python pickle as data: no class is loaded, no function is called, whatever the pickle says.</summary>
/// <remarks>
/// Protocols 2 to 5, which is what Python 3 writes. The opcodes and their arguments are those of CPython's <c>pickletools</c>. Time and memory
/// are bounded by the length of the pickle and fixed limits, also for pickles made to exhaust a reader.
/// </remarks>
internal sealed class PickleReader
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private const int MaxOperations = 4_000_000;
    private const int MaxIntegerBytes = 2048;

    // Strings of utf-8 with half a surrogate pair, which Python can hold, no JSON can.
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _pickle;
    private readonly PickleCalls _calls;
    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _at;

    private PickleReader(ReadOnlyMemory<byte> pickle) => (_pickle, _calls) = (pickle, new PickleCalls(pickle.Length));

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="PickleException">The bytes are not a pickle of plain data.</exception>
    public static object? Read(ReadOnlyMemory<byte> pickle)
    {
        if (pickle.Length > MaxBytes)
        {
            throw new PickleException($"it has {pickle.Length} bytes, and at most {MaxBytes} are read");
        }

        return new PickleReader(pickle).Run();
    }

    private object? Run()
    {
        for (var operation = 0; operation < MaxOperations; operation++)
        {
            var code = Byte();
            if (code == '.')
            {
                return Pop();
            }

            Execute(code);
        }

        throw new PickleException($"it has more than {MaxOperations} operations");
    }

    private void Execute(byte code)
    {
        switch (code)
        {
            case 0x80: // PROTO
                var protocol = Byte();
                if (protocol is < 2 or > 5)
                {
                    throw new PickleException($"it is of pickle protocol {protocol}, and protocols 2 to 5 are read");
                }

                break;
            case 0x95: // FRAME: its length says nothing that the opcodes inside do not.
                _ = Long();
                break;

            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'K': Push((long)Byte()); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 0x8a: PushInteger(Byte()); break;
            case 0x8b: PushInteger(UInt()); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;

            case 0x8c: Push(Text(Byte())); break;
            case (byte)'X': Push(Text(UInt())); break;
            case 0x8d: Push(Text(Long())); break;
            case (byte)'C': Push(Take(Byte()).ToArray()); break;
            case (byte)'B': Push(Take(UInt()).ToArray()); break;
            case 0x8e or 0x96: Push(Take(Long()).ToArray()); break;

            case (byte)']' or (byte)')' or 0x8f: Push(new PickledList()); break;
            case (byte)'}': Push(new PickledMap()); break;
            case (byte)'t' or 0x91: Push(ListOf(PopToMark())); break;
            case 0x85: Push(ListOf(PopMany(1))); break;
            case 0x86: Push(ListOf(PopMany(2))); break;
            case 0x87: Push(ListOf(PopMany(3))); break;
            case (byte)'a': Append(PopMany(1)); break;
            case (byte)'e' or 0x90: Append(PopToMark()); break;
            case (byte)'s': SetItems(PopMany(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;

            case (byte)'(': _marks.Push(_stack.Count); break;
            case (byte)'0': Pop(); break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;

            case (byte)'q': _memo[Byte()] = Peek(); break;
            case (byte)'r': _memo[UInt()] = Peek(); break;
            case 0x94: _memo[(uint)_memo.Count] = Peek(); break;
            case (byte)'h': Push(Remembered(Byte())); break;
            case (byte)'j': Push(Remembered(UInt())); break;

            case (byte)'c': Push(PickleCalls.Find(Line(), Line())); break;
            case 0x93:
                var name = Pop<string>();
                Push(PickleCalls.Find(Pop<string>(), name));
                break;
            case (byte)'R':
                var arguments = Pop<PickledList>();
                Push(_calls.Call(Pop<PickledName>(), arguments.Items));
                break;
            case 0x81:
                _ = Pop<PickledList>();
                Push(PickleCalls.New(Pop<PickledName>()));
                break;
            case 0x92:
                _ = Pop<PickledMap>();
                _ = Pop<PickledList>();
                Push(PickleCalls.New(Pop<PickledName>()));
                break;
            case (byte)'b':
                var state = Pop();
                PickleCalls.Build(Peek(), state);
                break;

            default:
                throw new PickleException($"byte {_at - 1} is 0x{code:x2}, an operation that plain data does not need");
        }
    }

    private static PickledList ListOf(ReadOnlySpan<object?> items)
    {
        var list = new PickledList();
        list.Items.AddRange(items);
        return list;
    }

    private void Append(object?[] items) => Peek<PickledList>().Items.AddRange(items);

    private void SetItems(object?[] items)
    {
        var map = Peek<PickledMap>();
        if (items.Length % 2 != 0)
        {
            throw Damaged();
        }

        for (var index = 0; index < items.Length; index += 2)
        {
            _calls.Set(map, items[index], items[index + 1]);
        }
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Damaged();

    private T Peek<T>() => Peek() is T value ? value : throw Damaged();

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private T Pop<T>() => Pop() is T value ? value : throw Damaged();

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count)
        {
            throw Damaged();
        }

        object?[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        var items = PopMany(_stack.Count - Floor);
        return _marks.TryPop(out _) ? items : throw Damaged();
    }

    /// <summary>Gets where the innermost mark is; what lies below it is out of reach until the mark is gone.</summary>
    private int Floor => _marks.TryPeek(out var mark) ? mark : 0;

    private object? Remembered(uint index) => _memo.TryGetValue(index, out var value) ? value : throw Damaged();

    private byte Byte() => Take(1)[0];

    private uint UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong Long() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(_pickle.Length - _at))
        {
            throw new PickleException("it ends too early");
        }

        var taken = _pickle.Span.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    private string Text(ulong bytes) => Decode(Take(bytes));

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _utf8.GetString(bytes);
        }
        catch (DecoderFallbackException error)
        {
            throw new PickleException("it has text that is not valid Unicode", error);
        }
    }

    private string Line()
    {
        var length = _pickle.Span[_at..].IndexOf((byte)'\n');
        var line = Text(length < 0 ? ulong.MaxValue : (ulong)length);
        _at++;
        return line;
    }

    // Python writes no longer ones as decimal text either, and their text would take time that grows with the square of the length.
    private void PushInteger(uint bytes)
    {
        if (bytes > MaxIntegerBytes)
        {
            throw new PickleException($"it has an integer of {bytes} bytes, and at most {MaxIntegerBytes} are read");
        }

        var number = new BigInteger(Take(bytes));
        if (number >= long.MinValue && number <= long.MaxValue)
        {
            Push((long)number);
        }
        else
        {
            Push(number);
        }
    }

    private PickleException Damaged() => new($"its operation before byte {_at} does not fit what came before it");
}
