using System.Globalization;
using System.Numerics;
using System.Text;

namespace Runtime.Storage.Migration.Pickle;

/// <summary>Answers what a pickle wants to have called, for the few names whose result is data.</summary>
internal sealed class PickleCalls(int pickleBytes)
{
    // Enough for every key of an honest pickle many times over; it stops one that names a long key a million times by reference.
    private long _keyCharacters = 1_000_000 + (16L * pickleBytes);

    private static readonly HashSet<string> _builtins = new(StringComparer.Ordinal)
    {
        "builtins.dict", "builtins.list", "builtins.set", "builtins.frozenset", "builtins.tuple", "builtins.str", "builtins.int", "builtins.float",
        "builtins.bool", "builtins.bytes", "builtins.bytearray", "builtins.getattr", "collections.OrderedDict", "collections.defaultdict",
        "_codecs.encode", "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone", "decimal.Decimal", "uuid.UUID",
    };

    // Enumerations whose members have other names than values. Python 3.11 may write either; all others of ADK's are called what they say.
    private static readonly Dictionary<string, string> _members = new(StringComparer.Ordinal)
    {
        ["google.adk.auth.auth_credential.AuthCredentialTypes.API_KEY"] = "apiKey",
        ["google.adk.auth.auth_credential.AuthCredentialTypes.HTTP"] = "http",
        ["google.adk.auth.auth_credential.AuthCredentialTypes.OAUTH2"] = "oauth2",
        ["google.adk.auth.auth_credential.AuthCredentialTypes.OPEN_ID_CONNECT"] = "openIdConnect",
        ["google.adk.auth.auth_credential.AuthCredentialTypes.SERVICE_ACCOUNT"] = "serviceAccount",
        ["google.adk.auth.auth_schemes.OAuthGrantType.CLIENT_CREDENTIALS"] = "client_credentials",
        ["google.adk.auth.auth_schemes.OAuthGrantType.AUTHORIZATION_CODE"] = "authorization_code",
        ["google.adk.auth.auth_schemes.OAuthGrantType.IMPLICIT"] = "implicit",
        ["google.adk.auth.auth_schemes.OAuthGrantType.PASSWORD"] = "password",
    };

    /// <summary>Takes a name that the pickle wants imported.</summary>
    public static PickledName Find(string module, string name)
    {
        // What Python 2 called it, and protocol 2 still does.
        var found = new PickledName(module == "__builtin__" ? "builtins" : module, name);
        return IsRecord(found) || _builtins.Contains(found.ToString()) ? found : throw NotData(found);
    }

    /// <summary>Makes an instance of a class without arguments; its fields come with <see cref="Build"/>.</summary>
    public static object New(PickledName type) => IsRecord(type) || type == PickleTimes.UuidClass ? new PickledObject { Class = type } : throw NotData(type);

    /// <summary>Gives an instance its fields.</summary>
    public static void Build(object? target, object? state)
    {
        if (target is not PickledObject { State: null } instance)
        {
            throw Unfit("an instance");
        }

        instance.State = state;
    }

    /// <summary>Makes what a constructor or function would return.</summary>
    public object? Call(PickledName function, List<object?> arguments) => (function.ToString(), arguments) switch
    {
        ("builtins.set" or "builtins.frozenset" or "builtins.list" or "builtins.tuple", [PickledList items]) => items,
        ("builtins.set" or "builtins.frozenset" or "builtins.list" or "builtins.tuple", []) => new PickledList(),
        ("builtins.dict" or "collections.OrderedDict", []) => new PickledMap(),
        ("collections.defaultdict", [] or [null] or [PickledName]) => new PickledMap(),
        ("collections.OrderedDict", [PickledList pairs]) => Map(pairs),
        ("builtins.bytes" or "builtins.bytearray", []) => Array.Empty<byte>(),
        ("builtins.bytes" or "builtins.bytearray", [byte[] bytes]) => bytes,
        ("builtins.str" or "builtins.int" or "builtins.float" or "builtins.bool", [string or long or BigInteger or double or bool]) => arguments[0],
        ("_codecs.encode", [string text, "latin1" or "latin-1"]) => Latin1(text),
        ("builtins.getattr", [PickledName type, string member]) when IsRecord(type) => _members.GetValueOrDefault($"{type}.{member}", member),
        ("decimal.Decimal", [string text]) => text,
        ("datetime.timezone", [TimeSpan offset, ..]) => new PickledZone(offset),
        ("datetime.timedelta", [long days, long seconds, long microseconds]) => PickleTimes.Duration(days, seconds, microseconds),
        ("datetime.datetime", [byte[] fields]) => PickleTimes.DateAndTime(fields, zone: null),
        ("datetime.datetime", [byte[] fields, PickledZone zone]) => PickleTimes.DateAndTime(fields, zone),
        ("datetime.date", [byte[] fields]) => PickleTimes.Date(fields),
        ("datetime.time", [byte[] fields]) => PickleTimes.Time(fields, zone: null),
        ("datetime.time", [byte[] fields, PickledZone zone]) => PickleTimes.Time(fields, zone),
        // A member of an enumeration, by its value.
        (_, [string or long]) when IsRecord(function) => arguments[0],
        _ when IsRecord(function) => throw Unfit(function.ToString()),
        _ => throw NotData(function),
    };

    /// <summary>Puts an entry into a map, a repeated key over the earlier one.</summary>
    public void Set(PickledMap map, object? key, object? value)
    {
        var text = key switch
        {
            string own => own,
            long number => number.ToString(CultureInfo.InvariantCulture),
            // As pydantic spells them.
            true => "true",
            false => "false",
            null => "None",
            _ => throw new PickleException("it has a map with a key that is neither text nor a whole number"),
        };
        _keyCharacters -= text.Length + 1;
        if (_keyCharacters < 0)
        {
            throw new PickleException("its maps repeat their keys more often than real data does");
        }

        map.Entries[text] = value;
    }

    // Every class of these modules is a pydantic model or an enumeration: a record of fields, or a text.
    private static bool IsRecord(PickledName name) =>
        name.Module is "google.genai.types" or "fastapi.openapi.models" || name.Module.StartsWith("google.adk.", StringComparison.Ordinal);

    private PickledMap Map(PickledList pairs)
    {
        var map = new PickledMap();
        foreach (var pair in pairs.Items)
        {
            if (pair is not PickledList { Items: [var key, var value] })
            {
                throw Unfit("collections.OrderedDict");
            }

            Set(map, key, value);
        }

        return map;
    }

    private static byte[] Latin1(string text) =>
        text.All(character => character <= 0xff) ? Encoding.Latin1.GetBytes(text) : throw Unfit("_codecs.encode");

    private static PickleException NotData(PickledName name) => new($"it refers to '{name}', which is not plain data") { Global = name.ToString() };

    private static PickleException Unfit(string name) => new($"it makes '{name}' of what that cannot be made of");
}
