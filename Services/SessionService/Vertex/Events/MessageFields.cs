using Google.Protobuf.Reflection;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>The fields of one message of the wire, found by number, by ADK's name, or by any name that a client may write.</summary>
internal sealed class MessageFields
{
    private readonly MessageField?[] _byNumber;
    private readonly NameTable<MessageField> _byAdkName;
    private readonly NameTable<MessageField> _byAnyName;

    public MessageFields(MessageDescriptor message)
    {
        var fields = message.Fields.InFieldNumberOrder().Select(field => (Proto: field, Field: new MessageField(field))).ToArray();
        _byNumber = new MessageField?[fields.Max(field => field.Field.Number) + 1];
        foreach (var (_, field) in fields)
        {
            _byNumber[field.Number] = field;
        }

        _byAdkName = new(fields.Select(field => (field.Field.AdkName.Value, field.Field)));

        // The two names of proto3 JSON; and ADK's in both spellings, which clients put where the API has another one.
        _byAnyName = new(fields.Select(field => (field.Proto, field.Field, Adk: field.Field.AdkName.Value))
            .SelectMany(field => new[] { field.Proto.JsonName, field.Proto.Name, field.Adk, EventFields.ToCamelCase(field.Adk) }
                .Distinct(StringComparer.Ordinal)
                .Select(name => (name, field.Field))));
    }

    public MessageField? this[int number] => (uint)number < (uint)_byNumber.Length ? _byNumber[number] : null;

    public MessageField? ByAdkName(ReadOnlySpan<byte> name) => _byAdkName.Find(name);

    public MessageField? ByAnyName(ReadOnlySpan<byte> name) => _byAnyName.Find(name);
}
