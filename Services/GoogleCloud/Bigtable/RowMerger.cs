using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Chunk = Google.Cloud.Bigtable.V2.ReadRowsResponse.Types.CellChunk;

namespace Runtime.GoogleCloud.Bigtable;

/// <summary>Builds rows from the chunks of a ReadRows stream. A row counts only once its commit came.</summary>
/// <remarks>
/// The rules are those of ReadRowsResponse.CellChunk in the Bigtable RPC reference. The awkward case: a cell of two chunks sends its family and
/// qualifier once, a <c>value_size</c> above zero on the first, and the commit only on the last.
/// </remarks>
public sealed class RowMerger
{
    private readonly List<BigtableCell> _cells = [];
    private readonly List<byte> _value = [];
    private ByteString _key = ByteString.Empty;
    private string? _family;
    private ByteString? _qualifier;
    private long _timestamp;
    private string[] _labels = [];
    private bool _inRow;
    private bool _inCell;

    /// <summary>Gets the key up to which the table was read: the last row that was committed, or that the filter dropped after it.</summary>
    public ByteString LastKey { get; private set; } = ByteString.Empty;

    /// <summary>Takes the next answer and returns the rows it completes.</summary>
    /// <exception cref="InvalidDataException">The chunks break the rules.</exception>
    public IEnumerable<BigtableRow> Add(ReadRowsResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return Rows(response);
    }

    /// <summary>Says that the stream ended.</summary>
    /// <exception cref="InvalidDataException">It ended inside a row.</exception>
    public void Complete() => Require(!_inRow, "the stream ended before the row was committed");

    private IEnumerable<BigtableRow> Rows(ReadRowsResponse response)
    {
        foreach (var chunk in response.Chunks)
        {
            if (Take(chunk) is { } row)
            {
                yield return row;
            }
        }

        if (!response.LastScannedRowKey.IsEmpty)
        {
            Require(!_inRow, "a scan marker came inside a row");
            LastKey = response.LastScannedRowKey;
        }
    }

    private BigtableRow? Take(Chunk chunk)
    {
        if (chunk.ResetRow)
        {
            Require(_inRow, "a reset came outside a row");
            Require(IsBare(chunk), "a reset carried data");
            Forget();
            return null;
        }

        if (_inCell)
        {
            Require(
                chunk.RowKey.IsEmpty && chunk.FamilyName is null && chunk.Qualifier is null && chunk.TimestampMicros is 0 && chunk.Labels.Count is 0,
                "a cell's second chunk named a cell");
        }
        else
        {
            BeginCell(chunk);
        }

        _value.AddRange(chunk.Value.Span);
        _inCell = chunk.ValueSize > 0;
        if (_inCell)
        {
            Require(!chunk.CommitRow, "a commit came inside a cell");
            return null;
        }

        _cells.Add(new(_family!, _qualifier!, _timestamp, ByteString.CopyFrom([.. _value]), _labels));
        _value.Clear();
        return chunk.CommitRow ? Commit() : null;
    }

    private void BeginCell(Chunk chunk)
    {
        if (!_inRow)
        {
            Require(!chunk.RowKey.IsEmpty, "a row began without a key");
            Require(LastKey.IsEmpty || Compare(chunk.RowKey, LastKey) > 0, "rows came out of order");
            Require(chunk.FamilyName is not null && chunk.Qualifier is not null, "a row began without a column");
            _key = chunk.RowKey;
            _inRow = true;
        }
        else
        {
            Require(chunk.RowKey.IsEmpty || chunk.RowKey == _key, "the key changed inside a row");
            Require(chunk.FamilyName is null || chunk.Qualifier is not null, "a family came without a qualifier");
        }

        _family = chunk.FamilyName ?? _family;
        // Google.Protobuf gives BytesValue as ByteString, null when absent; an empty qualifier is a column of its own.
        _qualifier = chunk.Qualifier ?? _qualifier;
        _timestamp = chunk.TimestampMicros;
        _labels = [.. chunk.Labels];
    }

    private BigtableRow Commit()
    {
        var row = new BigtableRow(_key, _cells.ToArray());
        LastKey = _key;
        Forget();
        return row;
    }

    private void Forget()
    {
        _cells.Clear();
        _value.Clear();
        _family = null;
        _qualifier = null;
        _inRow = false;
        _inCell = false;
    }

    private static bool IsBare(Chunk chunk) =>
        chunk.RowKey.IsEmpty && chunk.FamilyName is null && chunk.Qualifier is null && chunk.TimestampMicros is 0 && chunk.Labels.Count is 0
        && chunk.Value.IsEmpty;

    internal static int Compare(ByteString left, ByteString right) => left.Span.SequenceCompareTo(right.Span);

    private static void Require(bool condition, string broken)
    {
        if (!condition)
        {
            throw new InvalidDataException($"Bigtable's stream of rows broke a rule: {broken}.");
        }
    }
}
