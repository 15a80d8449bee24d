using System.Buffers;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>The bytes of a request, in memory that is given back at the end.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstSize = 4096;

    private byte[] _buffer;
    private int _length;

    private RequestBody(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    public bool IsTooLarge { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads a request, up to one byte more than is allowed.</summary>
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        var body = new RequestBody(request.ContentLength is > 0 and < FirstSize ? (int)request.ContentLength + 1 : FirstSize);
        if (request.ContentLength > limit)
        {
            body.IsTooLarge = true;
            return body;
        }

        try
        {
            while (await request.Body.ReadAsync(body._buffer.AsMemory(body._length), cancellationToken) is > 0 and var read)
            {
                body._length += read;
                if (body._length > limit)
                {
                    body.IsTooLarge = true;
                    break;
                }

                if (body._length == body._buffer.Length)
                {
                    body.Grow();
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }

        return body;
    }

    public Stream AsStream() => new MemoryStream(_buffer, 0, _length, writable: false);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
