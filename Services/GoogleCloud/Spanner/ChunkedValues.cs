using System.Diagnostics.CodeAnalysis;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Puts the pieces of a streamed result back together: values that were cut, and rows that were cut between values.</summary>
/// <remarks>
/// Rules: PartialResultSet.chunked_value in the Spanner RPC reference. Example: <c>["a", "b"</c> cut inside "bc" comes as
/// <c>["a", "b"]</c> then <c>["c", "d"]</c>, and is <c>["a", "bc", "d"]</c>.
/// </remarks>
public sealed class ChunkedValues
{
    private readonly List<Value> _row = [];
    private Value? _cut;

    /// <summary>Gets the columns; null until the first piece came.</summary>
    public StructType? RowType { get; private set; }

    /// <summary>Takes the next piece and returns the rows it completes.</summary>
    /// <exception cref="InvalidDataException">The pieces do not fit together.</exception>
    public IEnumerable<IReadOnlyList<Value>> Add(PartialResultSet piece)
    {
        ArgumentNullException.ThrowIfNull(piece);

        // A statement that only writes has metadata, and no columns in them.
        RowType ??= piece.Metadata is { } metadata ? metadata.RowType ?? new StructType() : null;
        var columns = RowType?.Fields.Count ?? throw new InvalidDataException("Spanner's first piece of a result names no columns.");
        if (columns is 0 && piece.Values.Count > 0)
        {
            throw new InvalidDataException("Spanner sent values for a result without columns.");
        }

        return Rows(piece, columns);
    }

    /// <summary>Says that the stream ended.</summary>
    /// <exception cref="InvalidDataException">It ended inside a row.</exception>
    public void Complete()
    {
        if (_cut is not null || _row.Count > 0)
        {
            throw new InvalidDataException("Spanner's result ended inside a row.");
        }
    }

    internal static Value Merge(Value first, Value second) => (first.KindCase, second.KindCase) switch
    {
        (Value.KindOneofCase.StringValue, Value.KindOneofCase.StringValue) => Value.ForString(first.StringValue + second.StringValue),
        (Value.KindOneofCase.ListValue, Value.KindOneofCase.ListValue) => MergeLists(first.ListValue, second.ListValue),
        (Value.KindOneofCase.StructValue, Value.KindOneofCase.StructValue) => MergeStructs(first.StructValue, second.StructValue),
        _ => throw new InvalidDataException($"Spanner cut a value into {first.KindCase} and {second.KindCase}, which cannot be joined."),
    };

    private IEnumerable<IReadOnlyList<Value>> Rows(PartialResultSet piece, int columns)
    {
        for (var i = 0; i < piece.Values.Count; i++)
        {
            var value = piece.Values[i];
            if (_cut is { } begun)
            {
                value = Merge(begun, value);
                _cut = null;
            }

            if (piece.ChunkedValue && i == piece.Values.Count - 1)
            {
                _cut = value;
                yield break;
            }

            _row.Add(value);
            if (_row.Count == columns)
            {
                yield return _row.ToArray();
                _row.Clear();
            }
        }
    }

    // The cut runs through the last item of the first list when that item is of a kind that can be cut.
    private static Value MergeLists(ListValue first, ListValue second)
    {
        var joined = new List<Value>(first.Values);
        IEnumerable<Value> rest = second.Values;
        if (joined.Count > 0 && second.Values.Count > 0 && CanJoin(joined[^1], second.Values[0]))
        {
            joined[^1] = Merge(joined[^1], second.Values[0]);
            rest = second.Values.Skip(1);
        }

        joined.AddRange(rest);
        return Value.ForList([.. joined]);
    }

    private static Value MergeStructs(Struct first, Struct second)
    {
        var joined = first.Clone();
        foreach (var (name, value) in second.Fields)
        {
            joined.Fields[name] = joined.Fields.TryGetValue(name, out var begun) ? Merge(begun, value) : value;
        }

        return Value.ForStruct(joined);
    }

    [SuppressMessage("Style", "IDE0072:Add missing cases", Justification = "The kinds that cannot be cut are one answer.")]
    private static bool CanJoin(Value first, Value second) => first.KindCase == second.KindCase && first.KindCase switch
    {
        Value.KindOneofCase.StringValue or Value.KindOneofCase.ListValue or Value.KindOneofCase.StructValue => true,
        _ => false,
    };
}
