using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Tests.Kinds;

public sealed class GoogleSqlTests
{
    private static readonly SqlDialect _dialect = SqlDialect.GoogleSql;

    [Theory]
    [InlineData("SELECT @a, @@b FROM `my table`", "SELECT|@a|,|@|@|b|FROM|`my table`")]
    [InlineData("SELECT '''it's''', rb'a', b\"x\"", "SELECT|'''it's'''|,|rb'a'|,|b\"x\"")]
    [InlineData("SELECT 1 # '\n, 2 -- \"\n, 3 /* ` */", "SELECT|1|,|2|,|3")]
    [InlineData("SELECT 'a\\'b', \"c\\\"d\"", "SELECT|'a\\'b'|,|\"c\\\"d\"")]
    public void A_statement_is_divided_where_the_database_divides_it(string sql, string tokens) =>
        Assert.Equal(tokens.Split('|'), _dialect.Tokens(sql).Select(token => token.Text));

    [Theory]
    [InlineData("SELECT r'\\', 1")]
    [InlineData("SELECT '''a''")]
    [InlineData("SELECT `a\\` FROM b")]
    public void A_quotation_that_does_not_end_is_found(string sql) => Assert.Contains(_dialect.Tokens(sql), token => token.IsUnended);

    [Theory]
    [InlineData("'", "'\\''")]
    [InlineData("''' OR TRUE --", "'\\'\\'\\' OR TRUE --'")]
    [InlineData("\\", "'\\\\'")]
    [InlineData("\\'", "'\\\\\\''")]
    [InlineData("a\nb", "'a\\nb'")]
    public void A_quoted_text_is_one_literal_whatever_is_in_it(string text, string quoted)
    {
        Assert.Equal(quoted, _dialect.Quote(text, "single-quotes"));
        Assert.Equal(quoted, Assert.Single(_dialect.Tokens(quoted)).Text);
    }

    [Theory]
    [InlineData("items", true)]
    [InlineData("shop.items", true)]
    [InlineData("`order`", true)]
    [InlineData("-1.5", true)]
    [InlineData("'text'", true)]
    [InlineData("''", false)]
    [InlineData("'''x'''", false)]
    [InlineData("'a''b'", false)]
    [InlineData("`a``b`", false)]
    [InlineData("`a\\`", false)]
    [InlineData("a b", false)]
    [InlineData("f()", false)]
    [InlineData("r'x'", false)]
    public void Only_one_name_number_or_literal_counts_as_single(string text, bool isOne) => Assert.Equal(isOne, _dialect.IsSingle(text));

    [Fact]
    public void Random_texts_cannot_end_their_quotes()
    {
        const string letters = "'\"`\\\n\r-#/*@$;xrb ";
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => letters[random.Next(letters.Length)])]);

            Assert.All(_dialect.Escapes, escape => Assert.Single(_dialect.Tokens(_dialect.Quote(text, escape))));
            if (_dialect.IsSingle(text))
            {
                Assert.DoesNotContain(_dialect.Tokens($"x {text} y"), token => token.IsUnended || token.Is(";"));
            }
        }
    }
}
