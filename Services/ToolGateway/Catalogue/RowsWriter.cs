using System.Text.Encodings.Web;
using System.Text.Json;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Takes the rows of a result one by one, as the JSON that goes out, and stops at the limit of a result.</summary>
/// <remarks>
/// Where the caller reads a stream, full batches of rows go out while the tool is still reading, and the limit is that of a stream; otherwise
/// all rows are one result. A tool writes the same either way.
/// </remarks>
public sealed class RowsWriter : IDisposable
{
    private const int BatchBytes = 64 * 1024;

    // Rows hold names that repeat only where a tool made them so; every tool here writes one property a column.
    private static readonly JsonWriterOptions Unchecked = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly CallContext _context;
    private readonly RowsShape _shape;
    private readonly long _maxBytes;
    private readonly ResultBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;
    private readonly List<Range> _rows = [];
    private readonly int _arrayStart;
    private int _rowStart;
    private long _sentBytes;
    private long _sentRows;
    private bool _truncated;

    internal RowsWriter(CallContext context, RowsShape shape, ResultLimitOptions limits)
    {
        _context = context;
        _shape = shape;
        _maxBytes = context.Partial is null ? limits.MaxBytes : limits.MaxStreamBytes;
        _buffer.Add(shape.Opening);
        _arrayStart = _buffer.Length - 1;
        _json = new(_buffer, Unchecked);
    }

    /// <summary>Gets how many rows were taken.</summary>
    public long Count => _sentRows + _rows.Count;

    /// <summary>Gets about how many bytes of rows there is room for.</summary>
    public long MaxBytes => _maxBytes;

    /// <summary>Gets whether rows go out while the tool is still reading; otherwise all of them can be taken back.</summary>
    public bool SendsAhead => _context.Partial is not null;

    /// <summary>Begins a row: write one JSON value.</summary>
    public Utf8JsonWriter BeginRow()
    {
        if (_rows.Count > 0)
        {
            _buffer.Add(","u8);
        }

        _rowStart = _buffer.Length;
        _json.Reset();
        return _json;
    }

    /// <summary>Takes the row that was written, and sends what is due.</summary>
    /// <returns>False when it did not fit: it is dropped, the result says that there is more, and the tool stops reading.</returns>
    public async ValueTask<bool> EndRowAsync(CancellationToken cancellationToken)
    {
        if (!EndRow())
        {
            return false;
        }

        if (_context.Partial is { } partial && _buffer.Length - _arrayStart >= BatchBytes)
        {
            await SendAsync(partial, cancellationToken);
        }

        return true;
    }

    /// <summary>Takes the row that was written, and sends nothing.</summary>
    /// <returns>False when it did not fit: it is dropped, the result says that there is more, and the tool stops reading.</returns>
    public bool EndRow()
    {
        _json.Flush();
        if (_sentBytes + _buffer.Length - _arrayStart > _maxBytes)
        {
            _buffer.CutBackTo(_rows.Count > 0 ? _rowStart - 1 : _rowStart);
            Truncate();
            return false;
        }

        _rows.Add(_rowStart.._buffer.Length);
        return true;
    }

    /// <summary>Forgets the rows that were taken and not sent.</summary>
    public void StartOver()
    {
        _buffer.CutBackTo(_arrayStart + 1);
        _rows.Clear();
        _truncated = false;
    }

    /// <summary>Says that there are more rows than were taken.</summary>
    public void Truncate() => _truncated = true;

    /// <summary>Returns the result: all rows, or those that were not sent yet.</summary>
    public ToolResult Complete()
    {
        _buffer.Add("]"u8);
        var array = _arrayStart.._buffer.Length;
        if (_truncated)
        {
            _buffer.Add(_shape.Truncated);
        }

        _buffer.Add("}"u8);
        return new(_buffer.Written, new ResultRows(array, _rows, _truncated, Alone: ReferenceEquals(_shape, RowsShape.Declared)));
    }

    public void Dispose() => _json.Dispose();

    private async ValueTask SendAsync(Func<PartialRows, CancellationToken, ValueTask> partial, CancellationToken cancellationToken)
    {
        _buffer.Add("]"u8);
        await partial(new(_buffer.Written[_arrayStart..], _rows.Count), cancellationToken);
        _sentBytes += _buffer.Length - _arrayStart;
        _sentRows += _rows.Count;
        _rows.Clear();
        _buffer.CutBackTo(_arrayStart + 1);
        await _context.ReportAsync(new(_sentRows, Total: null, $"{_sentRows} rows read."), cancellationToken);
    }
}

/// <summary>The object around the rows.</summary>
public sealed class RowsShape
{
    /// <summary>The shape of a declared tool: <c>{"rows":[...],"truncated":true}</c>, the flag only where it is true.</summary>
    public static readonly RowsShape Declared = new("""{"rows":["""u8, ""","truncated":true"""u8);

    /// <summary>The shape of the agent kit's tools: <c>{"status":"SUCCESS","rows":[...],"result_is_likely_truncated":true}</c>, the flag only where it is true.</summary>
    public static readonly RowsShape AgentKit = new("""{"status":"SUCCESS","rows":["""u8, ""","result_is_likely_truncated":true"""u8);

    private readonly byte[] _opening;
    private readonly byte[] _truncated;

    private RowsShape(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> truncated)
    {
        _opening = opening.ToArray();
        _truncated = truncated.ToArray();
    }

    internal ReadOnlySpan<byte> Opening => _opening;

    internal ReadOnlySpan<byte> Truncated => _truncated;
}
