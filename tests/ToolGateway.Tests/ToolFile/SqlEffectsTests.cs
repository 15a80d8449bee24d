using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Tests.ToolFile;

public sealed class SqlEffectsTests
{
    [Theory]
    [InlineData("SELECT * FROM orders WHERE id = $1")]
    [InlineData("select count(*), coalesce(max(a.b), 0) from a join c using (id) where x in ($1, $2) -- delete")]
    [InlineData("WITH recent AS (SELECT * FROM orders) SELECT 'delete from x; drop' FROM recent /* for update */")]
    [InlineData("SELECT $$update it$$, \"insert\" FROM t ORDER BY 1 LIMIT 5;")]
    [InlineData("VALUES (1), (2)")]
    [InlineData("SELECT replace(name, 'a', 'b'), lower(name)::varchar(10) FROM t")]
    public void A_statement_that_provably_reads_is_read_only(string sql) => Assert.True(SqlEffects.Of(SqlDialect.PostgreSql.Tokens(sql)).ReadOnly);

    [Theory]
    [InlineData("")]
    [InlineData("UPDATE t SET a = 1")]
    [InlineData("SELECT * FROM t FOR UPDATE")]
    [InlineData("SELECT * FROM t FOR NO KEY UPDATE")]
    [InlineData("SELECT * FROM t FOR SHARE")]
    [InlineData("SELECT * INTO copy FROM t")]
    [InlineData("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone")]
    [InlineData("SELECT nextval('s')")]
    [InlineData("SELECT my_function($1)")]
    [InlineData("SELECT \"lower\"($1)")]
    [InlineData("SELECT mine.lower($1)")]
    [InlineData("SELECT pg_terminate_backend(1)")]
    [InlineData("SELECT 1; DELETE FROM t")]
    [InlineData("SELECT 'unended")]
    [InlineData("EXPLAIN ANALYZE DELETE FROM t")]
    [InlineData("CALL cleanup()")]
    [InlineData("SELECT 1 /* /* */ ; DELETE FROM t */ ; DELETE FROM t")]
    public void What_may_write_is_not(string sql) => Assert.False(SqlEffects.Of(SqlDialect.PostgreSql.Tokens(sql)).ReadOnly);

    [Theory]
    [InlineData("SELECT 1 /*! INTO OUTFILE '/tmp/x' */")]
    [InlineData(@"SELECT 'a\'; DELETE FROM t -- '")]
    [InlineData("SELECT sleep(5)")]
    [InlineData("REPLACE INTO t VALUES (1)")]
    public void MySQL_has_comments_that_run_and_quotes_that_do_not_end(string sql)
    {
        var effects = SqlEffects.Of(SqlDialect.MySql.Tokens(sql));

        // The second is one text from its first quote to its last.
        Assert.Equal(sql.Contains(@"\'", StringComparison.Ordinal), effects.ReadOnly);
    }
}
