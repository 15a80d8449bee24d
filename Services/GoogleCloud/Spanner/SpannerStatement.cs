using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Type = Google.Cloud.Spanner.V1.Type;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>One statement and its typed parameters.</summary>
/// <param name="sql">SQL of the database's dialect.</param>
/// <param name="parameters">The first is <c>@p1</c> in GoogleSQL and <c>$1</c> in PostgreSQL, and so on: Spanner gives both one name.</param>
public sealed class SpannerStatement(string sql, params IReadOnlyList<SpannerValue> parameters)
{
    internal SpannerStatement(string sql, Struct? parameters)
        : this(sql) => Params = parameters;

    internal string Sql => sql;

    internal Struct? Params { get; } = parameters.Count is 0
        ? null
        : new Struct { Fields = { parameters.Select((value, index) => KeyValuePair.Create($"p{index + 1}", value.Value)).ToDictionary() } };

    internal IDictionary<string, Type> Types { get; } =
        parameters.Select((value, index) => KeyValuePair.Create($"p{index + 1}", value.Type)).ToDictionary();

    internal ExecuteSqlRequest ToRequest(string session, TransactionSelector transaction) =>
        new() { Session = session, Sql = sql, Params = Params, ParamTypes = { Types }, Transaction = transaction };
}
