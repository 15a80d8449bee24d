using System.Text.Json;

namespace Runtime.SessionService.Vertex;

/// <summary>Where an event's answer goes: JSON or bytes. What was found in storage is checked before it comes here.</summary>
internal interface IEventSink
{
    /// <summary>Gets a place to come back to with <see cref="TakeBackIfTooDeep"/>.</summary>
    int Position { get; }

    void Begin(MessageField field);

    void End();

    /// <summary>Starts a message that is there only if something follows in it.</summary>
    void BeginIfAny(MessageField field);

    void EndIfAny();

    void BeginList(MessageField field);

    void EndList(MessageField field);

    void Text(MessageField field, ReadOnlySpan<byte> utf8);

    /// <summary>Writes the string that the reader stands on.</summary>
    void Text(MessageField field, scoped ref Utf8JsonReader reader);

    void Bytes(MessageField field, ReadOnlySpan<byte> value);

    void Bool(MessageField field, bool value);

    void Int32(MessageField field, int value);

    void Double(MessageField field, double value);

    void Float(MessageField field, float value);

    void Enum(MessageField field, int value);

    void Null(MessageField field);

    void Duration(MessageField field, long seconds, int nanos);

    void Timestamp(MessageField field, DateTimeOffset value);

    void BeginMap(MessageField field);

    void MapEntry(MessageField field, ReadOnlySpan<byte> key, int value);

    void EndMap();

    /// <summary>Starts a Struct; then come members.</summary>
    void BeginStruct(MessageField field);

    void EndStruct();

    /// <summary>Starts a member of a Struct, whose one value follows.</summary>
    void BeginMember(ReadOnlySpan<byte> name);

    void EndMember();

    /// <summary>Starts a value that is an object; then come members.</summary>
    void BeginObject();

    void EndObject();

    /// <summary>Starts a value that is an array; then come values.</summary>
    void BeginArray();

    void EndArray();

    void BeginItem();

    void EndItem();

    /// <summary>Writes the value that the reader stands on as it is, and moves the reader to its end.</summary>
    /// <param name="json">What the reader reads.</param>
    void Value(ReadOnlySpan<byte> json, ref Utf8JsonReader reader);

    /// <summary>Takes back what was written since, if no parser would read it for its depth, and tells whether it did.</summary>
    bool TakeBackIfTooDeep(int position);
}
