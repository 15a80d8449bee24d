using System.Text.RegularExpressions;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.Docs.Tests;

/// <summary>docs/errors.md has the codes that the services' source has.</summary>
/// <remarks>
/// A code is a text in UPPER_SNAKE_CASE that is no documented variable and no word of somebody else's: a pattern (left of <c>=></c>), the name
/// of a status (right of <c>StatusCode.X =></c>), or JSON (bytes, or the argument of <c>WriteStringValue</c>). So a new text of that form has to
/// be documented: as a code there, or as a variable in docs/settings.md.
/// </remarks>
public sealed partial class ErrorCodesTests
{
    /// <summary>Stands in a row for the first word of every Google product's codes.</summary>
    private const string AnyProduct = "<PRODUCT>";

    /// <summary>What an error is called whose thrower gave no name; nothing throws one so today.</summary>
    private static readonly string[] _unused = ["NOT_FOUND", "ALREADY_EXISTS", "STALE", "PERMISSION_DENIED", "UNAUTHENTICATED"];

    [Fact]
    public void Every_code_in_the_source_is_a_row_and_every_row_is_in_the_source()
    {
        var inSource = Sources().SelectMany(CodesIn).SelectMany(OfEachProduct).ToHashSet();
        var holes = inSource.Where(code => code.Contains('{', StringComparison.Ordinal)).ToArray();
        var inRows = Rows().SelectMany(row => row.Codes).SelectMany(OfEachProduct).ToHashSet();

        var undocumented = inSource.Except(holes).Except(inRows).Concat(holes.Where(hole => !inRows.Any(code => Fits(code, hole))));
        var unknown = inRows.Except(inSource).Where(code => !holes.Any(hole => Fits(code, hole)));

        Assert.NotEmpty(inSource);
        Assert.True(!undocumented.Any(), $"docs/errors.md lacks: {string.Join(", ", undocumented)}");
        Assert.True(!unknown.Any(), $"docs/errors.md names what no source has: {string.Join(", ", unknown)}");
    }

    [Fact]
    public void Every_row_has_a_test_that_names_its_code()
    {
        var named = (
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            where !file.StartsWith(Path.Combine(Repository.Root, "tests", "Docs.Tests"), StringComparison.Ordinal)
            from Match text in Text().Matches(File.ReadAllText(file))
            from Match code in AnyWord().Matches(text.Value)
            select code.Value).ToHashSet();

        var untested = Rows().SelectMany(row => row.Codes).Where(code => !OfEachProduct(code).Any(named.Contains)).Except(_unused);

        Assert.True(!untested.Any(), $"No test makes the condition of: {string.Join(", ", untested)}");
    }

    [Fact]
    public void The_HTTP_status_of_a_row_is_the_one_of_its_gRPC_status() => Assert.All(Rows(), row =>
    {
        if (row.Grpc is not "-" && Enum.TryParse<StatusCode>(row.Grpc.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var status))
        {
            Assert.Equal($"{ErrorMapping.ToHttpStatus(status)}", row.Http);
        }
        else
        {
            Assert.Equal("-", row.Grpc);
        }
    });

    private static IEnumerable<string> Sources() =>
        from folder in new[] { "Services", "ServiceDefaults" }
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        select File.ReadAllText(file);

    private static IEnumerable<string> CodesIn(string source) =>
        Word().Matches(source).Concat(Composed().Matches(source)).Concat(Reason().Matches(source)).Select(match => match.Groups["code"].Value)
            .Except(OptionsTests.DocumentedVariables())
            .Except(Products().Select(product => product.Code));   // the first word of codes, and none itself

    /// <summary>Says a code of any product as the codes of each: <c>{product.Code}_REFUSED</c>, in a row <c>&lt;PRODUCT>_REFUSED</c>.</summary>
    private static IEnumerable<string> OfEachProduct(string code) =>
        ProductHole().Replace(code, AnyProduct) is var any && any.StartsWith(AnyProduct, StringComparison.Ordinal)
            ? Products().Select(product => product.Code + any[AnyProduct.Length..])
            : [code];

    private static IEnumerable<GoogleProduct> Products() => RunbookTests.Products().DistinctBy(product => product.Code);

    private static bool Fits(string code, string hole) => Regex.IsMatch(code, $"^{Regex.Replace(hole, @"\{[^}]*\}", "[A-Z]+")}$");

    private static IEnumerable<(string[] Codes, string Grpc, string Http)> Rows() =>
        from cells in MarkdownPage.Errors.RowsOf("Code", "gRPC", "HTTP")
        select (cells[0].Split(", "), cells[1], cells[2]);

    /// <summary>A whole text, or its beginning up to a colon.</summary>
    [GeneratedRegex("(?<!StatusCode\\.\\w+ => |WriteStringValue\\()\"(?<code>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:\"(?!u8|\\s*=>)|: )")]
    private static partial Regex Word();

    /// <summary>A text with something to fill in: <c>$"{product.Code}_REFUSED"</c>.</summary>
    [GeneratedRegex("\\$\"(?<code>(?=[^\"]*\\{)(?:[A-Z0-9_]|\\{[\\w.]+\\})*_(?:[A-Z0-9_]|\\{[\\w.]+\\})*)\"")]
    private static partial Regex Composed();

    /// <summary>A single word, where it stands for a reason.</summary>
    [GeneratedRegex("(?:\\breason = |StatusCode\\.\\w+, )\"(?<code>[A-Z]+)\"")]
    private static partial Regex Reason();

    [GeneratedRegex("\"[^\"\\n]*\"")]
    private static partial Regex Text();

    [GeneratedRegex("[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")]
    private static partial Regex AnyWord();

    [GeneratedRegex(@"^\{[\w.]+\.Code\}")]
    private static partial Regex ProductHole();
}
