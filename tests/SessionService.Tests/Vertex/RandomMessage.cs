using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.SessionService.Tests.Vertex;

/// <summary>Fills messages at random, the same for the same seed.</summary>
internal sealed class RandomMessage(int seed)
{
    private static readonly string[] _texts =
        ["", "a", "text", "Zeile\n\"zwei\"", "\\u0041", "日本語", "😀", "\u0001", "temp", new string('x', 127), new string('y', 128), "_vertex", "_usage"];

    private readonly Random _random = new(seed);

    public T Next<T>()
        where T : IMessage<T>, new()
    {
        var message = new T();
        Fill(message, depth: 0);
        return message;
    }

    public Struct Object(int depth = 0)
    {
        var made = new Struct();
        for (var i = _random.Next(4); i > 0; i--)
        {
            made.Fields[Text() + i.ToString(CultureInfo.InvariantCulture)] = Value(depth + 1);
        }

        return made;
    }

    private Value Value(int depth) => _random.Next(depth > 4 ? 4 : 6) switch
    {
        0 => Google.Protobuf.WellKnownTypes.Value.ForNull(),
        1 => Google.Protobuf.WellKnownTypes.Value.ForNumber(Number()),
        2 => Google.Protobuf.WellKnownTypes.Value.ForString(Text()),
        3 => Google.Protobuf.WellKnownTypes.Value.ForBool(_random.Next(2) == 0),
        4 => Google.Protobuf.WellKnownTypes.Value.ForStruct(Object(depth)),
        _ => Google.Protobuf.WellKnownTypes.Value.ForList([.. Enumerable.Range(0, _random.Next(3)).Select(_ => Value(depth + 1))]),
    };

    private string Text() => _texts[_random.Next(_texts.Length)];

    private double Number() => _random.Next(6) switch
    {
        0 => 0,
        1 => _random.Next(-1000, 1000),
        2 => _random.NextDouble(),
        3 => long.MaxValue,
        4 => 1e-300,
        _ => -1.5e300,
    };

    private void Fill(IMessage message, int depth)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (_random.Next(3) == 0)
            {
                continue;
            }

            if (field.IsMap)
            {
                ((IDictionary)field.Accessor.GetValue(message))[Text()] = _random.Next(-5, 5);
            }
            else if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                for (var i = _random.Next(4); i > 0; i--)
                {
                    list.Add(One(field, depth));
                }
            }
            else if (field.RealContainingOneof is not { } choice || choice.Fields[_random.Next(choice.Fields.Count)] == field)
            {
                field.Accessor.SetValue(message, One(field, depth));
            }
        }
    }

    private object One(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String => Text(),
        FieldType.Bytes => ByteString.CopyFrom([.. Enumerable.Range(0, _random.Next(6)).Select(_ => (byte)_random.Next(256))]),
        FieldType.Bool => _random.Next(2) == 0,
        FieldType.Int32 => _random.Next(4) switch { 0 => 0, 1 => int.MinValue, 2 => int.MaxValue, _ => _random.Next(-300, 300) },
        FieldType.Double => Number(),
        FieldType.Float => _random.Next(5) switch { 0 => float.NaN, 1 => float.NegativeInfinity, 2 => 0.1f, _ => _random.NextSingle() },
        FieldType.Enum => _random.Next(field.EnumType.Values.Count + 1) is var at && at < field.EnumType.Values.Count && field.EnumType.Name != "NullValue"
            ? field.EnumType.Values[at].Number
            : field.EnumType.Name == "NullValue" ? 0 : 77,
        FieldType.Message when field.MessageType == Struct.Descriptor => Object(),
        FieldType.Message when field.MessageType == Duration.Descriptor => new Duration
        {
            Seconds = _random.Next(-100, 100) is var seconds ? seconds : 0,
            Nanos = Math.Sign(seconds) * _random.Next(3) switch { 0 => 0, 1 => 1_500_000, _ => _random.Next(1_000_000_000) },
        },
        FieldType.Message when field.MessageType == Timestamp.Descriptor => new Timestamp
        {
            Seconds = _random.Next(),
            Nanos = _random.Next(3) switch { 0 => 0, 1 => 7_000_000, _ => _random.Next(1_000_000) * 1000 },
        },
        _ => Made(field.MessageType, depth),
    };

    private IMessage Made(MessageDescriptor type, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        Fill(message, depth + 1);
        return message;
    }
}
