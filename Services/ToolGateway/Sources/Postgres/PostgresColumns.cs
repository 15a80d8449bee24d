using System.Buffers;
using System.Text.Json;
using Npgsql;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>The columns of a statement, each with what writes its values.</summary>
internal sealed class PostgresColumns
{
    private const int FirstSize = 256;

    private readonly string[] _names;
    private readonly JsonEncodedText[] _properties;
    private readonly uint[] _types;
    private readonly PostgresValueWriter[] _writers;

    public PostgresColumns(NpgsqlDataReader reader)
    {
        var count = reader.FieldCount;
        _names = new string[count];
        _properties = new JsonEncodedText[count];
        _types = new uint[count];
        _writers = new PostgresValueWriter[count];
        AsText = new bool[count];
        for (var place = 0; place < count; place++)
        {
            _names[place] = reader.GetName(place);
            _properties[place] = JsonEncodedText.Encode(_names[place], System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
            _types[place] = reader.GetDataTypeOID(place);
            var writer = PostgresValues.WriterOf(_types[place]);
            AsText[place] = writer is null;
            _writers[place] = writer ?? PostgresValues.Text;
        }

        AreBinary = count > 0 && !AsText.Contains(true);
    }

    /// <summary>Gets which columns the server is to send as text.</summary>
    public bool[] AsText { get; }

    /// <summary>Gets whether there are columns, and all of them come in the binary format.</summary>
    public bool AreBinary { get; }

    /// <summary>Returns whether a result has these columns; a table may have changed since.</summary>
    public bool AreOf(NpgsqlDataReader reader)
    {
        var same = reader.FieldCount == _names.Length;
        for (var place = 0; same && place < _names.Length; place++)
        {
            same = reader.GetDataTypeOID(place) == _types[place] && reader.GetName(place) == _names[place];
        }

        return same;
    }

    /// <summary>Writes a row as an object in the order of the columns; a name that comes twice is there twice.</summary>
    public void Write(Utf8JsonWriter json, NpgsqlDataReader row)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
        try
        {
            json.WriteStartObject();
            for (var place = 0; place < _properties.Length; place++)
            {
                json.WritePropertyName(_properties[place]);
                if (row.IsDBNull(place))
                {
                    json.WriteNullValue();
                    continue;
                }

                var length = (int)row.GetBytes(place, 0, null, 0, 0);
                if (length > buffer.Length)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(length);
                }

                _ = row.GetBytes(place, 0, buffer, 0, length);
                _writers[place](json, buffer.AsSpan(0, length));
            }

            json.WriteEndObject();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>A result has other columns than its statement had before: a table has changed.</summary>
internal sealed class PostgresColumnsException() : Exception("The columns of a statement have changed.");
