using System.Collections.Frozen;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>Finds out what a statement does. What is not certain counts as writing.</summary>
internal static class SqlEffects
{
    public static readonly ToolEffects Anything = new(ReadOnly: false, Destructive: true, Idempotent: false);

    private static readonly ToolEffects Adds = new(ReadOnly: false, Destructive: false, Idempotent: false);

    // Any of these makes of a SELECT something that writes or locks: SELECT INTO, FOR UPDATE, WITH x AS (DELETE ...).
    private static readonly FrozenSet<string> Writing = Set(
        "insert update delete merge replace into call do truncate drop alter create grant share lock upsert copy execute analyze");

    // What may stand before "(" without being a call that could do anything; functions are those that every database has or that only compute.
    private static readonly FrozenSet<string> Harmless = Set(
        """
        in values as over filter exists any all some select from where and or not on using union intersect except join lateral within group by order limit offset
        having when then else case between like ilike is distinct partition rows range with recursive materialized array row interval
        int integer bigint smallint numeric decimal real float double precision varchar char character text date time timestamp timestamptz boolean bool uuid json jsonb
        varying bit varbit signed unsigned binary datetime
        count sum avg min max coalesce nullif greatest least ifnull iif if abs round ceil ceiling floor trunc truncate mod power sqrt sign exp ln log log10 random
        lower upper initcap length char_length character_length octet_length trim ltrim rtrim btrim substring substr position strpos instr left right lpad rpad repeat
        reverse replace translate split_part concat concat_ws format string_agg group_concat array_agg array_to_string string_to_array array_length unnest cardinality
        regexp_replace regexp_match regexp_matches regexp_like starts_with cast convert to_char to_date to_timestamp to_number extract date_part date_trunc age now
        current_date current_time current_timestamp localtime localtimestamp strftime julianday unixepoch date_format date_add date_sub datediff year month day hour
        minute second make_date make_interval str_to_date generate_series row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
        percentile_cont percentile_disc mode stddev stddev_pop stddev_samp variance var_pop var_samp corr bool_and bool_or every bit_and bit_or
        json_agg jsonb_agg json_object_agg jsonb_object_agg json_build_object jsonb_build_object json_build_array jsonb_build_array to_json to_jsonb row_to_json
        json_extract json_value json_query json_object json_array json_arrayagg json_objectagg json_each json_tree json_array_length jsonb_array_length
        json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text jsonb_path_query json_extract_path_text jsonb_extract_path_text
        to_tsvector to_tsquery plainto_tsquery websearch_to_tsquery phraseto_tsquery ts_rank ts_rank_cd ts_headline similarity word_similarity match against
        md5 sha256 encode decode hex unhex ascii chr pg_typeof typeof quote printf
        """);

    public static ToolEffects Of(IReadOnlyList<SqlToken> tokens)
    {
        // A mark is one name, number or literal, and no word that writes.
        if (tokens.Count is 0 || IsSeveral(tokens) || tokens.Any(token => token.IsUnended))
        {
            return Anything;
        }

        if (tokens[0].Is("insert"))
        {
            return tokens.Skip(1).Any(token => token.Is("update") || token.Is("delete") || token.Is("merge") || token.Is("replace")) || HasUnknownCall(tokens, insert: true) ? Anything : Adds;
        }

        var begins = tokens[0].Is("select") || tokens[0].Is("with") || tokens[0].Is("values") || tokens[0].Is("table") || tokens[0].Is("show");
        return begins && !tokens.Any(token => token.Kind is SqlTokenKind.Word && IsWriting(token.Text) && !token.Is("replace")) && !HasUnknownCall(tokens, insert: false)
            ? ToolEffects.Reads
            : Anything;
    }

    /// <summary>Returns whether a word can make of a statement that reads one that writes.</summary>
    public static bool IsWriting(string word) => Writing.Contains(word.ToLowerInvariant());

    /// <summary>Returns whether there is something behind a semicolon.</summary>
    public static bool IsSeveral(IReadOnlyList<SqlToken> tokens)
    {
        var first = tokens.TakeWhile(token => !token.Is(";")).Count();
        return tokens.Skip(first).Any(token => !token.Is(";") && token.Kind is not SqlTokenKind.Blank);
    }

    private static bool HasUnknownCall(IReadOnlyList<SqlToken> tokens, bool insert)
    {
        for (var place = 1; place < tokens.Count; place++)
        {
            if (!tokens[place].Is("("))
            {
                continue;
            }

            var before = tokens[place - 1];
            var isCall = before.Kind is SqlTokenKind.Identifier or SqlTokenKind.Mark
                || (before.Kind is SqlTokenKind.Word && !Harmless.Contains(before.Text.ToLowerInvariant()))
                || (before.Kind is SqlTokenKind.Word && place > 1 && tokens[place - 2].Is("."));
            // "INSERT INTO orders (id, total)" and "WITH recent (id) AS" name columns, and call nothing.
            if (isCall && !IsColumnList(tokens, place, insert))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsColumnList(IReadOnlyList<SqlToken> tokens, int open, bool insert)
    {
        var start = open - 1;
        while (start > 1 && tokens[start - 1].Is("."))
        {
            start -= 2;
        }

        return insert && start > 0 && tokens[start - 1].Is("into");
    }

    private static FrozenSet<string> Set(string words) =>
        words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(StringComparer.Ordinal);
}
