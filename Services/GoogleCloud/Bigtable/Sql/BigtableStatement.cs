using Google.Cloud.Bigtable.V2;

namespace Runtime.GoogleCloud.Bigtable.Sql;

/// <summary>One query in GoogleSQL for Bigtable, and its parameters: <c>@city</c> is <c>city</c>.</summary>
public sealed class BigtableStatement(string sql, IEnumerable<KeyValuePair<string, BigtableValue>> parameters)
{
    private readonly KeyValuePair<string, BigtableValue>[] _parameters = [.. parameters];

    public BigtableStatement(string sql)
        : this(sql, [])
    {
    }

    internal PrepareQueryRequest ToPrepare(string instance)
    {
        var request = new PrepareQueryRequest { InstanceName = instance, Query = sql, ProtoFormat = new() };
        foreach (var (name, value) in _parameters)
        {
            request.ParamTypes.Add(name, value.Type);
        }

        return request;
    }

    internal ExecuteQueryRequest ToExecute(string instance, PrepareQueryResponse prepared)
    {
        var request = new ExecuteQueryRequest { InstanceName = instance, PreparedQuery = prepared.PreparedQuery };
        foreach (var (name, value) in _parameters)
        {
            var typed = value.Value.Clone();
            typed.Type = value.Type;
            request.Params.Add(name, typed);
        }

        return request;
    }
}
