using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Type = Google.Cloud.Spanner.V1.Type;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>One statement and its typed parameters.</summary>
public sealed class SpannerStatement
{
    private readonly string _sql;
    private readonly Struct? _values;
    private readonly Dictionary<string, Type> _types;

    /// <param name="sql">SQL of the database's dialect.</param>
    /// <param name="parameters">The first is <c>@p1</c> in GoogleSQL and <c>$1</c> in PostgreSQL, and so on: Spanner gives both one name.</param>
    public SpannerStatement(string sql, params IReadOnlyList<SpannerValue> parameters)
        : this(sql, [.. parameters.Select((value, index) => KeyValuePair.Create($"p{index + 1}", value))])
    {
    }

    internal SpannerStatement(string sql, Struct? values)
    {
        _sql = sql;
        _values = values;
        _types = [];
    }

    private SpannerStatement(string sql, KeyValuePair<string, SpannerValue>[] parameters)
    {
        _sql = sql;
        _types = parameters.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.Type, StringComparer.Ordinal);
        if (parameters.Length > 0)
        {
            _values = new Struct();
            foreach (var (name, value) in parameters)
            {
                _values.Fields.Add(name, value.Value);
            }
        }
    }

    /// <summary>A GoogleSQL statement whose parameters have names: <c>@city</c> is <c>city</c>.</summary>
    public static SpannerStatement Named(string sql, IEnumerable<KeyValuePair<string, SpannerValue>> parameters) => new(sql, [.. parameters]);

    /// <param name="sequence">Number of the statement in its transaction: the server runs none twice.</param>
    internal ExecuteSqlRequest ToRequest(string session, TransactionSelector transaction, long sequence) =>
        new() { Session = session, Sql = _sql, Params = _values, ParamTypes = { _types }, Transaction = transaction, Seqno = sequence };
}
