using System.Globalization;
using System.Text.RegularExpressions;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Durations as Go's <c>time.ParseDuration</c> reads them (<c>1h30m</c>, <c>500ms</c>), which MCP Toolbox's files have.</summary>
internal static partial class GoDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text is "0")
        {
            return true;
        }

        var match = Whole().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var numbers = match.Groups["number"].Captures;
        var units = match.Groups["unit"].Captures;
        var seconds = 0.0;
        for (var place = 0; place < numbers.Count; place++)
        {
            seconds += double.Parse(numbers[place].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * SecondsOf(units[place].Value);
        }

        duration = seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        return true;
    }

    [GeneratedRegex(@"\A(?:(?<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?<unit>ns|us|µs|ms|s|m|h))+\z")]
    private static partial Regex Whole();

    private static double SecondsOf(string unit) => unit switch
    {
        "ns" => 1e-9,
        "us" or "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "m" => 60,
        _ => 3600,
    };
}
