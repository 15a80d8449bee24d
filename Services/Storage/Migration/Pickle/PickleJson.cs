using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Xml;

namespace Runtime.Storage.Migration.Pickle;

/// <summary>Writes what a pickle held as the JSON that ADK writes for it: fields of records by their Python names, without those that are null.</summary>
internal static class PickleJson
{
    /// <summary>What is shared inside a pickle is written wherever it occurs, so the JSON of a small pickle may be endless.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    /// <exception cref="PickleException">The value is nested too deeply, is inside itself, or is too large.</exception>
    public static void Write(Utf8JsonWriter writer, object? value)
    {
        if (writer.CurrentDepth >= StorageJson.MaxDepth - 1)
        {
            throw new PickleException($"it is nested deeper than {StorageJson.MaxDepth} levels");
        }

        if (writer.BytesCommitted + writer.BytesPending > MaxBytes)
        {
            throw new PickleException($"it is more than {MaxBytes} bytes of JSON");
        }

        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool boolean: writer.WriteBooleanValue(boolean); break;
            case long number: writer.WriteNumberValue(number); break;
            case BigInteger number: writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture), skipInputValidation: true); break;
            case double number: WriteFloat(writer, number); break;
            case string text: writer.WriteStringValue(text); break;
            case byte[] bytes: writer.WriteStringValue(UrlSafe(bytes)); break;
            case TimeSpan duration: writer.WriteStringValue(XmlConvert.ToString(duration)); break;
            case PickledList list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case PickledMap map:
                writer.WriteStartObject();
                foreach (var (key, entry) in map.Entries)
                {
                    writer.WritePropertyName(key);
                    Write(writer, entry);
                }

                writer.WriteEndObject();
                break;
            case PickledObject instance when instance.Class == PickleTimes.UuidClass: writer.WriteStringValue(PickleTimes.Uuid(instance.State)); break;
            case PickledObject instance:
                writer.WriteStartObject();
                foreach (var (key, entry) in Fields(instance))
                {
                    writer.WritePropertyName(key);
                    Write(writer, entry);
                }

                writer.WriteEndObject();
                break;
            case PickledName name:
                throw new PickleException($"it holds '{name}' itself, which is not plain data") { Global = name.ToString() };
            default:
                throw new PickleException("it holds a time zone outside a time");
        }
    }

    /// <summary>The fields of a pydantic model that are not null, with those it was given beyond its own.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Fields(PickledObject instance)
    {
        if (instance.State is not PickledMap state || !state.Entries.TryGetValue("__dict__", out var own) || own is not PickledMap fields)
        {
            throw new PickleException($"its '{instance.Class}' has no fields");
        }

        var extra = state.Entries.GetValueOrDefault("__pydantic_extra__") as PickledMap;
        return fields.Entries
            .Concat(extra?.Entries.Where(entry => !fields.Entries.ContainsKey(entry.Key)) ?? [])
            .Where(entry => entry.Value is not null);
    }

    // 1.0 keeps its point, so that Python reads a float again. JSON has no name for what is not a number: the words are protobuf's.
    private static void WriteFloat(Utf8JsonWriter writer, double number)
    {
        if (!double.IsFinite(number))
        {
            writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
            return;
        }

        var text = number.ToString("R", CultureInfo.InvariantCulture);
        writer.WriteRawValue(text.All(character => char.IsAsciiDigit(character) || character == '-') ? text + ".0" : text, skipInputValidation: true);
    }

    private static string UrlSafe(byte[] bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_');
}
