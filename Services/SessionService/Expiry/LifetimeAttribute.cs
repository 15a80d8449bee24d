using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Runtime.SessionService.Expiry;

/// <summary>Checks that a text, or every value of a map, is a lifetime.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LifetimeAttribute() : ValidationAttribute("Set 'never', or a duration from 00:01:00 to 3650.00:00:00 as [days.]hours:minutes:seconds.")
{
    public const string Never = "never";

    // Exact, because TimeSpan.Parse takes "30" for 30 days and "24:00:00" for 24 of them.
    private static readonly string[] _forms = [@"hh\:mm\:ss", @"d\.hh\:mm\:ss"];

    /// <summary>Reads a lifetime; <see langword="null"/> is for ever.</summary>
    /// <returns>False for what is none.</returns>
    public static bool TryParse(string? text, out TimeSpan? lifetime)
    {
        lifetime = null;
        if (string.Equals(text, Never, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!TimeSpan.TryParseExact(text, _forms, CultureInfo.InvariantCulture, out var duration)
            || duration < TimeSpan.FromMinutes(1) || duration > TimeSpan.FromDays(3650))
        {
            return false;
        }

        lifetime = duration;
        return true;
    }

    public override bool IsValid(object? value) => value switch
    {
        string text => TryParse(text, out _),
        IDictionary<string, string> texts => texts.Values.All(text => TryParse(text, out _)),
        _ => false,
    };
}
