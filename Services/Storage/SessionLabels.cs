using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Runtime.Storage;

/// <summary>Labels of a session: short words by which lists are filtered. Checked when made, and never changed.</summary>
/// <remarks>
/// The rules are those of <c>google.cloud.aiplatform.v1beta1.Session.labels</c>: keys and values of at most 64 characters, of lower-case
/// letters of any script, digits, <c>_</c> and <c>-</c>. Beyond it: at most 64 labels, and a key is not empty and begins with a letter.
/// </remarks>
public sealed class SessionLabels : ReadOnlyDictionary<string, string>, IEquatable<SessionLabels>
{
    /// <summary>The most labels of one session.</summary>
    public const int MaxCount = 64;

    /// <summary>The longest key or value.</summary>
    public const int MaxLength = 64;

    /// <summary>The longest name for people.</summary>
    public const int MaxNameLength = 255;

    private SessionLabels(SortedDictionary<string, string> labels)
        : base(labels)
    {
    }

    /// <summary>No label.</summary>
    public static SessionLabels None { get; } = new(new(StringComparer.Ordinal));

    /// <summary>Checks labels that a caller sent.</summary>
    /// <param name="field">What to call them in an error.</param>
    /// <exception cref="InvalidInputException">There are too many, or one breaks a rule.</exception>
    public static SessionLabels Parse(IEnumerable<KeyValuePair<string, string>> labels, string field)
    {
        ArgumentNullException.ThrowIfNull(labels);

        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in labels)
        {
            if (key.Length is 0 or > MaxLength || !Rune.IsLetter(key.EnumerateRunes().First()) || !key.EnumerateRunes().All(IsAllowed))
            {
                throw new InvalidInputException(
                    field, key, $"keys of 1 to {MaxLength} lower-case letters, digits, '_' and '-' that begin with a letter");
            }

            if (value.Length > MaxLength || !value.EnumerateRunes().All(IsAllowed))
            {
                throw new InvalidInputException($"{field}.{key}", value, $"at most {MaxLength} lower-case letters, digits, '_' and '-'");
            }

            result[key] = value;
        }

        return result.Count switch
        {
            0 => None,
            <= MaxCount => new(result),
            var count => throw new InvalidInputException(field, $"{count} labels", $"at most {MaxCount} labels"),
        };
    }

    /// <summary>Checks a name for people.</summary>
    /// <exception cref="InvalidInputException">It is too long or holds a control character.</exception>
    public static string ParseName(string name, string field) => SessionKey.Optional(field, name, MaxNameLength);

    /// <inheritdoc/>
    public bool Equals(SessionLabels? other) =>
        other is not null && other.Count == Count && this.All(label => other.TryGetValue(label.Key, out var value) && value == label.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SessionLabels);

    /// <inheritdoc/>
    public override int GetHashCode() => this.Aggregate(Count, (hash, label) => HashCode.Combine(hash, label.Key, label.Value));

    /// <summary>Writes the labels as a JSON object with the keys in ordinal order.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this.ToDictionary(), StorageJsonContext.Default.DictionaryStringString);

    /// <summary>Reads what <see cref="ToJson"/> wrote; nothing is no label.</summary>
    internal static SessionLabels FromJson(ReadOnlySpan<byte> json) => json.Length <= 2
        ? None
        : new(new(JsonSerializer.Deserialize(json, StorageJsonContext.Default.DictionaryStringString)!, StringComparer.Ordinal));

    // Letters of scripts without case are allowed as well, and combining marks belong to letters.
    private static bool IsAllowed(Rune rune) => rune.Value is '_' or '-' || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber;
}
