using System.Text.Json;
using Runtime.GoogleCloud.Spanner;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;
using Type = Google.Cloud.Spanner.V1.Type;

namespace Runtime.ToolGateway.Sources.Spanner;

/// <summary>Binds the arguments of a call: <c>@name</c> in GoogleSQL, <c>$1</c> by their order in PostgreSQL. Each has the type of its parameter.</summary>
internal static class SpannerParameters
{
    public static SpannerStatement Bind(SqlQuery query, SqlDialect dialect)
    {
        var json = dialect.BindsByName ? SpannerTypes.Json : SpannerTypes.PgJsonb;
        var values = Enumerable.Range(0, query.Count)
            .Select(place => KeyValuePair.Create(query.Arguments.Parameters[place].Name, Value(query.Arguments.Parameters[place], query.Arguments[place], json)));
        return dialect.BindsByName ? SpannerStatement.Named(query.Sql, values) : new SpannerStatement(query.Sql, [.. values.Select(named => named.Value)]);
    }

    private static SpannerValue Value(ToolParameter parameter, JsonElement value, Type json) => (parameter.Kind, value.ValueKind) switch
    {
        (_, JsonValueKind.Undefined or JsonValueKind.Null) => SpannerValue.Null(TypeOf(parameter, json)),
        (ParameterKind.String, _) => value.GetString(),
        (ParameterKind.Integer, _) => value.GetInt64(),
        (ParameterKind.Float, _) => value.GetDouble(),
        (ParameterKind.Boolean, _) => value.GetBoolean(),
        (ParameterKind.Array, _) when parameter.Items is { } items =>
            SpannerValue.Array(TypeOf(items, json), value.EnumerateArray().Select(item => Value(items, item, json))),
        _ => new(Google.Protobuf.WellKnownTypes.Value.ForString(value.GetRawText()), json),
    };

    private static Type TypeOf(ToolParameter parameter, Type json) => parameter.Kind switch
    {
        ParameterKind.String => SpannerTypes.String,
        ParameterKind.Integer => SpannerTypes.Int64,
        ParameterKind.Float => SpannerTypes.Float64,
        ParameterKind.Boolean => SpannerTypes.Bool,
        ParameterKind.Array when parameter.Items is { } items => SpannerTypes.ArrayOf(TypeOf(items, json)),
        _ => json,
    };
}
