using System.Text.Json;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.SessionService.Vertex;

/// <summary>What the value of a field is, as far as its JSON and its bytes differ.</summary>
internal enum FieldKind
{
    Text,
    Bytes,
    Bool,
    Int32,
    Double,
    Float,
    Enum,
    Null,
    Duration,
    Timestamp,
    Struct,
    Message,

    /// <summary><c>map&lt;string, int32&gt;</c>.</summary>
    Int32Map,
}

/// <summary>One field of a message of the wire, with the name that ADK has for it.</summary>
internal sealed class MessageField
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;

    public MessageField(FieldDescriptor field)
    {
        Number = field.FieldNumber;
        Kind = KindOf(field);
        Repeated = field.IsRepeated && !field.IsMap;
        HasPresence = field.HasPresence && Kind != FieldKind.Message;
        OneOf = field.RealContainingOneof is { } choice ? 1 << choice.Index : 0;
        OneOfFields = field.RealContainingOneof?.Fields.Aggregate(0u, (all, member) => all | (1u << member.FieldNumber)) ?? 0;
        AdkName = JsonEncodedText.Encode(field.Name == "transfer_agent" ? "transfer_to_agent" : field.Name);
        JsonName = JsonEncodedText.Encode(field.JsonName);
        IsPacked = Repeated && Kind is FieldKind.Int32 or FieldKind.Float;
        Tag = (uint)((Number << 3) | (IsPacked ? Delimited : WireType(Kind)));
        Message = Kind == FieldKind.Message ? new(field.MessageType) : null;
        if (Kind == FieldKind.Enum)
        {
            Values = new(field.EnumType.Values.Select(value => (value.Name, value)));
            ValueNames = field.EnumType.Values.ToDictionary(value => value.Number, value => JsonEncodedText.Encode(value.Name));
        }
    }

    public int Number { get; }

    public FieldKind Kind { get; }

    public bool Repeated { get; }

    /// <summary>Gets whether the field's default is a value too: it is in a oneof, or <c>optional</c>.</summary>
    public bool HasPresence { get; }

    /// <summary>Gets the bit of the oneof that the field is in; 0 for none.</summary>
    public int OneOf { get; }

    /// <summary>Gets a bit for the number of each field of that oneof.</summary>
    public uint OneOfFields { get; }

    /// <summary>Gets the name in ADK's stored event.</summary>
    public JsonEncodedText AdkName { get; }

    /// <summary>Gets the name in proto3 JSON.</summary>
    public JsonEncodedText JsonName { get; }

    public bool IsPacked { get; }

    /// <summary>Gets the number and wire type, as they stand before the value.</summary>
    public uint Tag { get; }

    public MessageFields? Message { get; }

    public NameTable<EnumValueDescriptor>? Values { get; }

    public Dictionary<int, JsonEncodedText>? ValueNames { get; }

    /// <summary>The wire type of one value.</summary>
    public static int WireType(FieldKind kind) => kind switch
    {
        FieldKind.Bool or FieldKind.Int32 or FieldKind.Enum or FieldKind.Null => Varint,
        FieldKind.Double => Fixed64,
        FieldKind.Float => Fixed32,
        _ => Delimited,
    };

    private static FieldKind KindOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => FieldKind.Text,
        FieldType.Bytes => FieldKind.Bytes,
        FieldType.Bool => FieldKind.Bool,
        FieldType.Int32 => FieldKind.Int32,
        FieldType.Double => FieldKind.Double,
        FieldType.Float => FieldKind.Float,
        FieldType.Enum when field.EnumType.FullName == "google.protobuf.NullValue" => FieldKind.Null,
        FieldType.Enum => FieldKind.Enum,
        FieldType.Message when field.IsMap => FieldKind.Int32Map,
        FieldType.Message when field.MessageType == Duration.Descriptor => FieldKind.Duration,
        FieldType.Message when field.MessageType == Timestamp.Descriptor => FieldKind.Timestamp,
        FieldType.Message when field.MessageType == Struct.Descriptor => FieldKind.Struct,
        FieldType.Message => FieldKind.Message,
        var other => throw new NotSupportedException($"Field '{field.FullName}' has the type {other}, which nobody taught the event mapping."),
    };
}
