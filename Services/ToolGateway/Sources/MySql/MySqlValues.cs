using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using MySqlConnector;

namespace Runtime.ToolGateway.Sources.MySql;

/// <summary>Writes the value of a column as JSON.</summary>
internal delegate void MySqlValueWriter(Utf8JsonWriter json, MySqlDataReader row, int place);

/// <summary>MySQL's values as JSON, in the forms of MCP Toolbox: decimals are texts, times are RFC 3339 in UTC.</summary>
internal static class MySqlValues
{
    /// <summary>Returns what writes the values of a column.</summary>
    public static MySqlValueWriter WriterOf(MySqlDataReader reader, int column) => (reader.GetDataTypeName(column), reader.GetFieldType(column)) switch
    {
        ("JSON", _) => static (json, row, place) => json.WriteRawValue(row.GetString(place), skipInputValidation: true),
        ("DECIMAL", _) => static (json, row, place) => json.WriteStringValue(row.GetMySqlDecimal(place).ToString()),
        ("BIT", _) => static (json, row, place) => json.WriteNumberValue(row.GetUInt64(place)),
        (_, var type) when type == typeof(ulong) => static (json, row, place) => json.WriteNumberValue(row.GetUInt64(place)),
        (_, var type) when type == typeof(float) => static (json, row, place) => json.WriteNumberValue(row.GetFloat(place)),
        (_, var type) when type == typeof(double) => static (json, row, place) => json.WriteNumberValue(row.GetDouble(place)),
        (_, var type) when type == typeof(MySqlDateTime) || type == typeof(DateTime) => Moment,
        (_, var type) when type == typeof(TimeSpan) => TimeOf(reader.GetColumnSchema()[column].ColumnSize),
        (_, var type) when type == typeof(byte[]) => Bytes,
        (_, var type) when type.IsPrimitive => static (json, row, place) => json.WriteNumberValue(row.GetInt64(place)),
        _ => static (json, row, place) => json.WriteStringValue(row.GetString(place)),
    };

    private static void Moment(Utf8JsonWriter json, MySqlDataReader row, int place)
    {
        var value = row.GetMySqlDateTime(place);
        // MySQL's "no date", 0000-00-00, is the first moment of the calendar for the Go driver.
        var moment = value.IsValidDateTime ? value.GetDateTime() : DateTime.MinValue;
        json.WriteStringValue(moment.ToString("yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
    }

    /// <summary>A time has as many digits of a second as its column.</summary>
    /// <param name="width">Characters of the longest value: <c>-838:59:59</c>, and a dot and the digits where there are any.</param>
    private static MySqlValueWriter TimeOf(int? width)
    {
        var digits = Math.Clamp((width ?? 0) - "-838:59:59.".Length, 0, 6);
        var fraction = digits is 0 ? "" : $"'.'{new string('f', digits)}";
        return (json, row, place) =>
        {
            var time = row.GetTimeSpan(place);
            var part = time.Duration();
            json.WriteStringValue(string.Create(
                CultureInfo.InvariantCulture,
                $"{(time < TimeSpan.Zero ? "-" : "")}{(int)part.TotalHours:00}:{part.Minutes:00}:{part.Seconds:00}{(digits is 0 ? "" : part.ToString(fraction, CultureInfo.InvariantCulture))}"));
        };
    }

    /// <summary>Text where it is text, base64 where JSON cannot carry it as such.</summary>
    private static void Bytes(Utf8JsonWriter json, MySqlDataReader row, int place)
    {
        var bytes = (byte[])row.GetValue(place);
        if (Utf8.IsValid(bytes))
        {
            json.WriteStringValue(bytes);
        }
        else
        {
            json.WriteBase64StringValue(bytes);
        }
    }
}
