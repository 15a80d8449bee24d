using System.Globalization;
using System.Security.Cryptography;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Smoke.Framework;

/// <summary>Names of what suites create: unique, and telling when they were made, so that a later run knows what a killed one left.</summary>
/// <remarks>Lower-case letters, digits and hyphens, 27 characters: every product takes that, also Spanner's databases, which take 30.</remarks>
public static class SmokeName
{
    private const string Prefix = "smoke-";
    private const string Time = "yyMMddHHmmss";

    /// <summary>How old something must be to be the rest of a run that was killed: no run takes that long.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromHours(1);

    /// <summary>Returns a new name.</summary>
    public static string New() =>
        Prefix + DateTime.UtcNow.ToString(Time, CultureInfo.InvariantCulture) + "-" + RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>Returns whether a name is that of something which a run must have left behind.</summary>
    /// <param name="name">Any name; a full resource name counts by its last part.</param>
    public static bool IsStale(string name)
    {
        ArgumentNullException.ThrowIfNull(name);

        var last = name[(name.LastIndexOf('/') + 1)..];
        return last.StartsWith(Prefix, StringComparison.Ordinal) && last.Length > Prefix.Length + Time.Length
            && DateTime.TryParseExact(
                last.AsSpan(Prefix.Length, Time.Length), Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var made)
            && DateTime.UtcNow - made > Stale;
    }

    /// <summary>Removes, of what is there, what a run must have left behind.</summary>
    public static async Task SweepAsync(IEnumerable<string> names, Func<string, CancellationToken, Task> remove, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(remove);

        foreach (var name in names.Where(IsStale))
        {
            try
            {
                await remove(name, cancellationToken);
            }
            catch (NotFoundException)
            {
                // Another run was quicker.
            }
        }
    }
}
