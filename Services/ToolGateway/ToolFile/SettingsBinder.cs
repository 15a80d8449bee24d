using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Runtime.ToolGateway.ToolFile.Yaml;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Fills a settings class from a mapping, strictly: what is missing, unknown or of another form is a problem at its place.</summary>
/// <remarks>
/// A property is the field of its name with a small first letter. <see cref="RequiredAttribute"/>, <see cref="RangeAttribute"/> and
/// <see cref="AllowedValuesAttribute"/> are rules. Properties may be text, whole numbers, truth values, durations as Go writes them
/// (<c>1m30s</c>), lists and mappings of text, settings of their own and lists of them, and nodes that are read elsewhere.
/// </remarks>
internal static class SettingsBinder
{
    /// <summary>Returns the fields that a settings class knows.</summary>
    public static IReadOnlyList<string> FieldsOf(Type settings) => [.. PropertiesOf(settings).Select(FieldOf)];

    /// <summary>Returns the settings; what has a problem keeps its default.</summary>
    /// <param name="owner">What the mapping describes, as the beginning of a message: <c>Source 'db'</c>.</param>
    /// <param name="alsoKnown">Fields that someone else reads.</param>
    public static T Bind<T>(YamlMap map, string owner, Problems problems, params ReadOnlySpan<string> alsoKnown)
        where T : class => (T)Bind(typeof(T), map, owner, problems, alsoKnown);

    private static object Bind(Type type, YamlMap map, string owner, Problems problems, ReadOnlySpan<string> alsoKnown)
    {
        var settings = Activator.CreateInstance(type)!;
        var properties = PropertiesOf(type).ToDictionary(FieldOf, StringComparer.Ordinal);
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var (key, node) in map.Entries)
        {
            if (!seen.Add(key.Text))
            {
                problems.Add(key.Place, $"{owner} has the field '{key.Text}' twice.");
            }
            else if (properties.TryGetValue(key.Text, out var property))
            {
                if (node is not YamlScalar { IsNull: true } && Read(property.PropertyType, node, $"Field '{key.Text}' of {Small(owner)}", problems) is { } value)
                {
                    property.SetValue(settings, value);
                    Check(property, value, node.Place, $"Field '{key.Text}' of {Small(owner)}", problems);
                }
            }
            else if (!alsoKnown.Contains(key.Text))
            {
                problems.Add(key.Place, $"{owner} has the unknown field '{key.Text}'. {Problems.Hint(key.Text, [.. properties.Keys, .. alsoKnown])}");
            }
        }

        foreach (var (field, property) in properties)
        {
            if (property.GetCustomAttribute<RequiredAttribute>() is not null && map.Find(field)?.Value is null or YamlScalar { Text: "" } or YamlScalar { IsNull: true })
            {
                problems.Add(map.Find(field)?.Key.Place ?? map.Place, $"{owner} has no '{field}'. Fix: add it.");
            }
        }

        return settings;
    }

    private static object? Read(Type type, YamlNode node, string field, Problems problems)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (typeof(YamlNode).IsAssignableFrom(type))
        {
            return type.IsInstanceOfType(node) ? node : Refuse(type == typeof(YamlList) ? "a list" : "a mapping");
        }

        if (type == typeof(IReadOnlyList<string>))
        {
            return node is YamlList texts && texts.Items.All(item => item is YamlScalar)
                ? texts.Items.Select(item => ((YamlScalar)item).Text).ToArray()
                : Refuse("a list of texts");
        }

        if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            return node is YamlMap texts && texts.Entries.All(entry => entry.Value is YamlScalar) && texts.Entries.DistinctBy(entry => entry.Key.Text).Count() == texts.Entries.Count
                ? texts.Entries.ToDictionary(entry => entry.Key.Text, entry => ((YamlScalar)entry.Value).Text, StringComparer.Ordinal)
                : Refuse("a mapping of names to texts, each name once");
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return ReadList(type.GetGenericArguments()[0]);
        }

        if (node is YamlScalar scalar)
        {
            return ReadScalar(type, scalar) ?? Refuse(Words(type));
        }

        return node is YamlMap map && !IsScalar(type) ? Bind(type, map, field, problems, []) : Refuse(Words(type));

        object? Refuse(string allowed)
        {
            problems.Add(node.Place, $"{field} is {node.Description}. Allowed: {allowed}.");
            return null;
        }

        Array? ReadList(Type item)
        {
            if (node is not YamlList list)
            {
                Refuse("a list");
                return null;
            }

            var items = Array.CreateInstance(item, list.Items.Count);
            for (var place = 0; place < items.Length; place++)
            {
                items.SetValue(Read(item, list.Items[place], $"Item {place + 1} of {Small(field)}", problems) ?? Activator.CreateInstance(item), place);
            }

            return items;
        }
    }

    private static object? ReadScalar(Type type, YamlScalar scalar) => type switch
    {
        _ when type == typeof(string) => scalar.Text,
        _ when type == typeof(bool) => bool.TryParse(scalar.Text, out var flag) ? flag : null,
        _ when type == typeof(int) => int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(double) => double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(TimeSpan) => GoDuration.TryParse(scalar.Text, out var duration) ? duration : null,
        _ => null,
    };

    private static void Check(PropertyInfo property, object value, Place place, string field, Problems problems)
    {
        foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
        {
            if (rule is not RequiredAttribute && !rule.IsValid(value))
            {
                problems.Add(place, rule switch
                {
                    RangeAttribute range => string.Create(CultureInfo.InvariantCulture, $"{field} is '{value}'. Allowed: {range.Minimum} to {range.Maximum}."),
                    AllowedValuesAttribute allowed => $"{field} is '{value}'. {Problems.Hint($"{value}", allowed.Values.OfType<object>().Select(known => $"{known}"))}",
                    _ => $"{field} is not allowed. {rule.FormatErrorMessage(field)}",
                });
            }
        }
    }

    private static bool IsScalar(Type type) => type == typeof(string) || type.IsPrimitive || type == typeof(TimeSpan);

    private static string Words(Type type) => type switch
    {
        _ when type == typeof(string) => "a text",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(TimeSpan) => "a duration such as 30s or 1m30s",
        _ => "a mapping",
    };

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static string FieldOf(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    private static string Small(string beginning) => char.ToLowerInvariant(beginning[0]) + beginning[1..];
}
