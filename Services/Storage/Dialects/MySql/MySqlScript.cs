using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MySqlConnector;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Several statements that go to the server in one message. A value in braces becomes a parameter; a <see cref="Sql"/> is text.</summary>
internal sealed class MySqlScript(MySqlLayout layout)
{
    public const string Begin = "START TRANSACTION";
    public const string Commit = "COMMIT";

    // Statements each see a moment of their own in READ COMMITTED; a read that is several statements has to be of one moment.
    public const string BeginRead = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

    private readonly StringBuilder _text = new(1024);
    private readonly List<MySqlParameter> _parameters = [];
    private long _bytes;

    /// <summary>A part of a statement.</summary>
    public readonly record struct Sql(string Text)
    {
        public override string ToString() => Text;
    }

    public MySqlLayout Layout { get; } = layout;

    /// <summary>Adds a statement.</summary>
    public MySqlScript Then([InterpolatedStringHandlerArgument("")] ref Handler statement)
    {
        _text.Append(";\n");
        return this;
    }

    /// <inheritdoc cref="Then(ref Handler)"/>
    public MySqlScript Then(string statement)
    {
        _text.Append(statement).Append(";\n");
        return this;
    }

    /// <summary>Makes a parameter of a value and returns its name.</summary>
    public Sql Value(object? value)
    {
        _bytes += value switch
        {
            ReadOnlyMemory<byte> bytes => bytes.Length + Escapes(bytes.Span),
            string text => text.Length * 3L,
            _ => 0,
        };
        var name = string.Create(CultureInfo.InvariantCulture, $"@p{_parameters.Count}");
        _parameters.Add(new(name, value));
        return new(name);
    }

    /// <summary>UTF-8 that does not become a string on the way.</summary>
    public Sql Text(ReadOnlyMemory<byte> utf8) => utf8.IsEmpty ? new("''") : new($"CONVERT({Value(utf8)} USING utf8mb4)");

    /// <summary>The state that a stored one becomes, each key overwritten whole; null when it would pass the limit, which no column here takes.</summary>
    /// <remarks>The cheap test first: what is stored and what is added, together, nearly always fit.</remarks>
    public Sql Merged(IReadOnlyDictionary<string, JsonElement> delta, int limit)
    {
        var merged = new StringBuilder("JSON_SET(state");
        long added = 0;
        foreach (var (key, value) in delta)
        {
            var json = (ReadOnlyMemory<byte>)JsonMarshal.GetRawUtf8Value(value).ToArray();
            added += json.Length + (6L * key.Length) + 8;
            merged.Append(", ").Append(Value(Path(key))).Append(", JSON_EXTRACT(").Append(Text(json)).Append(", '$')");
        }

        merged.Append(')');
        return new(string.Create(
            CultureInfo.InvariantCulture, $"CASE WHEN LENGTH(state) + {added} <= {limit} THEN {merged} WHEN LENGTH({merged}) <= {limit} THEN {merged} END"));
    }

    public MySqlCommand On(MySqlConnection connection)
    {
        if (_text.Length + _bytes > Layout.Server.MaxPacket)
        {
            throw MySqlErrors.PacketTooLarge(Layout.Server);
        }

        var command = new MySqlCommand(_text.ToString(), connection);
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>A member of the document, whatever is in its name: <c>$."a\"b"</c>. MariaDB takes two hyphens at the start for syntax, even in quotes.</summary>
    private static string Path(string key) => string.Concat(
        "$.\"", JsonEncodedText.Encode(key, StorageJson.WriterOptions.Encoder).Value.Replace("-", "\\u002d", StringComparison.Ordinal), "\"");

    /// <summary>How many bytes longer a value is once its quotes and backslashes are doubled.</summary>
    private static long Escapes(ReadOnlySpan<byte> utf8) => utf8.Count((byte)'\\') + utf8.Count((byte)'\'');

    /// <summary>Writes the statement into the script while the compiler takes the interpolated string apart.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        private readonly MySqlScript _script;

        public Handler(int literalLength, int formattedCount, MySqlScript script) => _script = script;

        public void AppendLiteral(string text) => _script._text.Append(text);

        public void AppendFormatted(Sql part) => _script._text.Append(part.Text);

        public void AppendFormatted(object? value) => _script._text.Append(_script.Value(value).Text);
    }
}
