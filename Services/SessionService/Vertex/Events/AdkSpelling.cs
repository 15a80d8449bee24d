using System.Text;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>A field of ADK's stored event and what ADK's programs call it: the way back from <see cref="EventJson"/>.</summary>
internal sealed class AdkSpelling
{
    /// <summary>Longer names are none of the model API's, and keep their spelling.</summary>
    public const int LongestName = 64;

    public static readonly NameTable<AdkSpelling> Event = Table(EventFields.Event);
    public static readonly NameTable<AdkSpelling> Actions = Table(EventFields.Actions);

    private readonly byte[] _camelCase;

    private AdkSpelling(string name, EventFields.Inside inside)
    {
        _camelCase = Encoding.UTF8.GetBytes(EventFields.ToCamelCase(name));
        Inside = inside;
    }

    public ReadOnlySpan<byte> CamelCase => _camelCase;

    public EventFields.Inside Inside { get; }

    /// <summary>As <see cref="EventFields.IsAgentsOwn"/>.</summary>
    public static bool IsAgentsOwn(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => name.SequenceEqual("args"u8),
        8 => name.SequenceEqual("response"u8),
        13 => name.SequenceEqual("part_metadata"u8),
        15 => name.SequenceEqual("custom_metadata"u8),
        _ => false,
    };

    /// <summary>Spells a snake_case name of the model API as camelCase; anything that would not come back as it is stays.</summary>
    /// <param name="room">At least <see cref="LongestName"/> bytes.</param>
    public static ReadOnlySpan<byte> ToCamelCase(ReadOnlySpan<byte> name, Span<byte> room)
    {
        if (name.Length is 0 or > LongestName || name.IndexOf((byte)'_') < 0)
        {
            return name;
        }

        var length = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '_')
            {
                if (length == 0 || i + 1 == name.Length || !char.IsAsciiLetterLower((char)name[i + 1]))
                {
                    return name;
                }

                i++;
                room[length++] = (byte)(name[i] - 'a' + 'A');
            }
            else if (char.IsAsciiLetterLower((char)name[i]) || char.IsAsciiDigit((char)name[i]))
            {
                room[length++] = name[i];
            }
            else
            {
                return name;
            }
        }

        return room[..length];
    }

    private static NameTable<AdkSpelling> Table(IReadOnlyDictionary<string, (string Name, EventFields.Inside Inside)> fields) => new(
        fields.Where(field => field.Key == field.Value.Name).Select(field => (field.Key, new AdkSpelling(field.Key, field.Value.Inside))));
}
