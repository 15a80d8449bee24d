using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Bigtable;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.BigtableSql;

/// <summary>Runs a query of the operator on Bigtable; parameters are <c>@name</c>.</summary>
internal sealed class BigtableSqlKind() : SqlKind<BigtableSource>("bigtable-sql")
{
    protected override void CheckParameters(Declaration declaration, IReadOnlyList<DeclaredParameter> parameters)
    {
        foreach (var unbindable in parameters.Where(parameter => !BigtableParameters.CanBind(parameter.Parameter)))
        {
            declaration.Problems.Add(
                unbindable.Place,
                $"Parameter '{unbindable.Parameter.Name}' of {declaration.Owner} is a map or an array of them, which Bigtable has no parameters of. Allowed: string, integer, float, boolean and arrays of them.");
        }
    }
}
