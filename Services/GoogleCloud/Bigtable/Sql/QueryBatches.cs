using System.Buffers;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf;

namespace Runtime.GoogleCloud.Bigtable.Sql;

/// <summary>Puts the pieces of a query's result together: pieces make batches, batches are checked, and rows count once a token came behind them.</summary>
/// <remarks>Rules: PartialResultSet in google/bigtable/v2/data.proto. A batch may come in pieces; a token never comes inside a batch.</remarks>
internal sealed class QueryBatches(int columns)
{
    private readonly ArrayBufferWriter<byte> _batch = new();
    private readonly List<Value[]> _rows = [];

    /// <summary>Gets from where the query can be asked again; empty before the first token.</summary>
    public ByteString Token { get; private set; } = ByteString.Empty;

    /// <summary>Takes the next piece and returns the rows that may be used now.</summary>
    /// <exception cref="InvalidDataException">The piece is damaged, or breaks the rules.</exception>
    public IReadOnlyList<Value[]> Add(PartialResultSet piece)
    {
        if (piece.Reset)
        {
            Forget();
        }

        if (piece.ProtoRowsBatch is { BatchData.IsEmpty: false } part)
        {
            _batch.Write(part.BatchData.Span);
        }

        if (piece.HasBatchChecksum)
        {
            Require(Crc32C.Of(_batch.WrittenSpan) == piece.BatchChecksum, "a batch does not have its checksum");
            TakeRows(ProtoRows.Parser.ParseFrom(_batch.WrittenSpan));
            _batch.ResetWrittenCount();
        }

        if (piece.ResumeToken.IsEmpty)
        {
            return [];
        }

        Require(_batch.WrittenCount is 0, "a token came inside a batch");
        Token = piece.ResumeToken;
        Value[][] rows = [.. _rows];
        _rows.Clear();
        return rows;
    }

    /// <summary>Drops what came since the last token: it comes again.</summary>
    public void Forget()
    {
        _batch.ResetWrittenCount();
        _rows.Clear();
    }

    /// <summary>Says that the stream ended.</summary>
    /// <exception cref="InvalidDataException">It ended before the token that covers the last rows.</exception>
    public void Complete() => Require(_batch.WrittenCount is 0 && _rows.Count is 0, "the result ended before its last token");

    private void TakeRows(ProtoRows batch)
    {
        Require(columns > 0 || batch.Values.Count is 0, "values came for a result without columns");
        Require(columns is 0 || batch.Values.Count % columns is 0, "a batch ended inside a row");
        _rows.AddRange(batch.Values.Chunk(Math.Max(columns, 1)));
    }

    private static void Require(bool condition, string broken)
    {
        if (!condition)
        {
            throw new InvalidDataException($"Bigtable's result of a query broke a rule: {broken}.");
        }
    }
}
