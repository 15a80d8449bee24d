using System.Net;
using System.Text.Json;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>What the gateway means to answer otherwise than MCP Toolbox for Databases. Each subject is a row of docs/toolbox.md, with its reason.</summary>
internal static class Differences
{
    public const string AllowedIsWhole = "allowedValues fit the whole value";
    public const string AllowedNumbers = "allowedValues may be numbers";
    public const string NotANumber = "NaN and infinity are texts";
    public const string EndlessTime = "infinite dates and times are texts";
    public const string TextForms = "types without a JSON form are PostgreSQL's text";
    public const string BinaryForms = "bytes of MySQL that are no text are base64, and bits a number";
    public const string ExactJson = "numbers in JSON columns keep their digits";
    public const string ExactIntegers = "integers over MCP are exact";
    public const string PathIsPath = "a value in a path stays in it";
    public const string ResultsAreObjects = "a result is rows or an object";
    public const string OnlyText = "what is no text is refused";
    public const string OneObject = "a body is one JSON object";
    public const string ForeignPages = "foreign web pages are refused";
    public const string WholeTokens = "tokens name their issuer and their end";
    public const string NoClaim = "a claim that is null is missing";
    public const string IntegerClaims = "integer claims are integers";
    public const string TokensOverMcp = "a token that is missing is an answer over MCP";
    public const string Hidden = "parameters that a token supplies are hidden from models";

    private static readonly Dictionary<(string Tool, string Arguments), Difference> _onBoth = new()
    {
        [("allowed", """{"value":"darkred"}""")] = new(AllowedIsWhole, Answer.Refused()),
        [("template_table", """{"table":"orders; drop table orders"}""")] = new(AllowedIsWhole, Answer.Refused()),
        [("allowed_integers", """{"value":1}""")] = new(AllowedNumbers, Answer.Of("""[{"value":1}]""")),
        [("column_nan", "{}")] = new(NotANumber, Answer.Of("""[{"value":"NaN"}]""")),
        [("column_infinity", "{}")] = new(NotANumber, Answer.Of("""[{"value":"Infinity"}]""")),
        [("column_date_infinity", "{}")] = new(EndlessTime, Answer.Of("""[{"value":"infinity"}]""")),
        [("column_timestamp_infinity", "{}")] = new(EndlessTime, Answer.Of("""[{"value":"infinity"}]""")),
        [("column_texts", "{}")] = new(
            TextForms,
            Answer.Of("""[{"text":"a\"b\\c/d<e>&é😀","varchar":"v","padded":"c  ","control":"line\nbreak\ttab","empty":"","name":"n","one":"x"}]""")),
        [("column_record", "{}")] = new(TextForms, Answer.Of("""[{"value":"(1,a)"}]""")),
        [("column_macaddr", "{}")] = new(TextForms, Answer.Of("""[{"value":"08:00:2b:01:02:03"}]""")),
        [("column_bits", "{}")] = new(TextForms, Answer.Of("""[{"value":"101"}]""")),
        [("column_ranges", "{}")] = new(TextForms, Answer.Of("""[{"value":"[1,5)"}]""")),
        [("mysql_bits", "{}")] = new(BinaryForms, Answer.Of("""[{"value":5}]""")),
        [("mysql_bytes", "{}")] = new(BinaryForms, Answer.Of("""[{"value":"/wD/AA=="}]""")),
        [("column_xml", "{}")] = new(TextForms, Answer.Of("""[{"value":"<a/>"}]""")),
        [("column_tsvector", "{}")] = new(TextForms, Answer.Of("""[{"value":"'cat' 'fat'"}]""")),
        [("http_get", """{"item":"a?b=c"}""")] = new(
            PathIsPath,
            Answer.Of("""
                {"body":null,"headers":{"X-Person":"nobody","X-Source":"source","X-Tool":"tool"},"method":"GET","path":"/echo/a%3Fb%3Dc","query":{"common":"1","page":"1"}}
                """)),
        [("http_text", "{}")] = new(ResultsAreObjects, Answer.Of("""{"result":"plain text"}""")),
        [("take_string", """{"value":"\ud800"}""")] = new(OnlyText, Answer.Refused()),
        [("take_map", """{"value":{"a":12345678901234567890}}""")] = new(ExactJson, Answer.Of("""[{"value":{"a":12345678901234567890}}]""")),
        [("column_json", "{}")] = new(
            ExactJson,
            Answer.Of("""[{"json":{"b":1,"a":[1.0,null,"x"]},"jsonb":{"a":[1.50,null,"<x>"],"b":1},"number":3,"nothing":null,"long":12345678901234567890.5}]""")),
    };

    private static readonly Dictionary<(string Tool, string Arguments), Difference> _onMcp = new()
    {
        [("take_string", """{"value":"\ud800"}""")] = new(OnlyText, Answer.Failed(HttpStatusCode.BadRequest)),
        [("take_integer", """{"value":2.0}""")] = new(ExactIntegers, Answer.Refused()),
        [("take_integer", """{"value":1e3}""")] = new(ExactIntegers, Answer.Refused()),
        [("take_integers", """{"value":[1,2.0]}""")] = new(ExactIntegers, Answer.Refused()),
        [("take_integer", """{"value":9223372036854775807}""")] = new(ExactIntegers, Answer.Of("""[{"value":9223372036854775807}]""")),
        [("take_integer", """{"value":-9223372036854775808}""")] = new(ExactIntegers, Answer.Of("""[{"value":-9223372036854775808}]""")),
    };

    /// <summary>Gets every subject.</summary>
    public static IEnumerable<string> Subjects =>
        typeof(Differences).GetFields().Where(constant => constant.IsLiteral).Select(constant => (string)constant.GetRawConstantValue()!);

    /// <summary>Returns how the gateway's answer over <c>/api</c> differs, or null.</summary>
    public static Difference? OverHttp(string tool, string arguments) => _onBoth.GetValueOrDefault((tool, arguments));

    /// <summary>Returns how the gateway's answer over <c>/mcp</c> differs, or null.</summary>
    public static Difference? OverMcp(string tool, string arguments) => _onMcp.GetValueOrDefault((tool, arguments)) ?? OverHttp(tool, arguments) switch
    {
        // An object is one text part, as a row is.
        { Ours.Rows: { ValueKind: JsonValueKind.Object } single } difference => difference with { Ours = Answer.Of($"[{single.GetRawText()}]") },
        var difference => difference,
    };
}

/// <summary>A difference that is meant.</summary>
/// <param name="Subject">Its row in docs/toolbox.md.</param>
/// <param name="Ours">What the gateway answers.</param>
internal sealed record Difference(string Subject, Answer Ours);
