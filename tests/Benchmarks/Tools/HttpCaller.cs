using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Runtime.Benchmarks.Tools;

/// <summary>Sends one request again and again over a connection that stays open, and checks each answer.</summary>
/// <remarks>
/// A library's HTTP client takes more of the shared processors than the servers that are compared; this one takes so little that the servers
/// are what is measured. It is the same for each of them. It understands answers with a length, and chunked ones.
/// </remarks>
internal sealed class HttpCaller(Uri address, byte[] request, byte[] expected) : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private Socket? _socket;

    public async Task CallAsync(CancellationToken cancellationToken)
    {
        _socket ??= await ConnectAsync(cancellationToken);
        await _socket.SendAsync(request, cancellationToken);
        var length = 0;
        int end;
        do
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length = read is 0 ? throw new InvalidOperationException("The server closed the connection.") : length + read;
            end = EndOfAnswer(_buffer.AsSpan(0, length));
        }
        while (end < 0);

        if (end != length || !_buffer.AsSpan(0, 12).SequenceEqual("HTTP/1.1 200"u8) || _buffer.AsSpan(0, length).IndexOf(expected) < 0)
        {
            throw new InvalidOperationException($"Another answer was expected:\n{Encoding.UTF8.GetString(_buffer, 0, length)}");
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port, cancellationToken);
        return socket;
    }

    private static int EndOfAnswer(ReadOnlySpan<byte> bytes)
    {
        var headers = bytes.IndexOf("\r\n\r\n"u8);
        if (headers < 0)
        {
            return -1;
        }

        var body = headers + 4;
        var at = bytes[..headers].IndexOf("Content-Length: "u8);
        if (at >= 0 && Utf8Parser.TryParse(bytes[(at + 16)..headers], out int length, out _))
        {
            return bytes.Length >= body + length ? body + length : -1;
        }

        var last = bytes[body..].IndexOf("0\r\n\r\n"u8);
        return last < 0 ? -1 : body + last + 5;
    }
}
