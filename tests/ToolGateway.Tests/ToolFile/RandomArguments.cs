using System.Text;
using System.Text.Json;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>Makes arguments of any kind from a seed: right, nearly right and absurd ones.</summary>
internal sealed class RandomArguments(int seed, string[] names)
{
    private static readonly string[] Texts =
        ["", "x", "it's", "\"", "\\", "{a,b}", "a\0b", "2024-02-29", "0000-00-00", "null", "'; DROP TABLE orders; --", "é😀\u202e", new('y', 3000), "1e400", "NaN", "\n\r\t"];

    private static readonly string[] Numbers =
        ["0", "-0", "1", "-1", "2.0", "1e3", "1.5", "-0.0001", "2147483648", "9223372036854775807", "9223372036854775808", "1e308", "1e309", "-1e400", "123456789012345678901234567890.5"];

    private static readonly string[] Odd = ["\"\\ud800\"", "\"\\udfff\\ud800\"", "\"\\u0000\""];

    private readonly Random _random = new(seed);

    /// <summary>Returns a JSON object; any of the names may be absent, come twice, or be joined by names that are not known.</summary>
    public string Next()
    {
        var json = new StringBuilder("{");
        for (var count = _random.Next(0, names.Length + 2); count > 0; count--)
        {
            var name = _random.Next(10) is 0 ? "unknown" : names[_random.Next(names.Length)];
            json.Append(json.Length > 1 ? "," : "").Append(JsonSerializer.Serialize(name)).Append(':').Append(Value(3));
        }

        return json.Append('}').ToString();
    }

    private string Value(int depth) => _random.Next(depth > 0 ? 12 : 8) switch
    {
        0 => "null",
        1 => "true",
        2 => "false",
        3 or 4 => Numbers[_random.Next(Numbers.Length)],
        5 or 6 => JsonSerializer.Serialize(Texts[_random.Next(Texts.Length)]),
        7 => _random.Next(8) is 0 ? Odd[_random.Next(Odd.Length)] : "\"text\"",
        8 or 9 or 10 => $"[{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(place => $"\"k{place}\":{Value(depth - 1)}"))}}}",
    };
}
