using System.Text.Json;
using Runtime.GoogleCloud.Bigtable.Sql;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;
using Type = Google.Cloud.Bigtable.V2.Type;

namespace Runtime.ToolGateway.Sources.Bigtable;

/// <summary>Binds the arguments of a call to <c>@name</c>. Each has the type of its parameter.</summary>
internal static class BigtableParameters
{
    /// <summary>Returns whether there is a type for a parameter: there is none for maps, nor for arrays in arrays.</summary>
    public static bool CanBind(ToolParameter parameter) =>
        parameter.Kind is not ParameterKind.Map && parameter.Items is not { Kind: ParameterKind.Map or ParameterKind.Array };

    public static BigtableStatement Bind(SqlQuery query) => new(
        query.Sql,
        Enumerable.Range(0, query.Count)
            .Select(place => KeyValuePair.Create(query.Arguments.Parameters[place].Name, Value(query.Arguments.Parameters[place], query.Arguments[place]))));

    private static BigtableValue Value(ToolParameter parameter, JsonElement value) => (parameter.Kind, value.ValueKind) switch
    {
        (_, JsonValueKind.Undefined or JsonValueKind.Null) => BigtableValue.Null(TypeOf(parameter)),
        (ParameterKind.Integer, _) => value.GetInt64(),
        (ParameterKind.Float, _) => value.GetDouble(),
        (ParameterKind.Boolean, _) => value.GetBoolean(),
        (ParameterKind.Array, _) => BigtableValue.Array(TypeOf(parameter.Items!), value.EnumerateArray().Select(item => Value(parameter.Items!, item))),
        _ => value.GetString(),
    };

    private static Type TypeOf(ToolParameter parameter) => parameter.Kind switch
    {
        ParameterKind.Integer => BigtableTypes.Int64,
        ParameterKind.Float => BigtableTypes.Float64,
        ParameterKind.Boolean => BigtableTypes.Bool,
        ParameterKind.Array => BigtableTypes.ArrayOf(TypeOf(parameter.Items!)),
        _ => BigtableTypes.String,
    };
}
