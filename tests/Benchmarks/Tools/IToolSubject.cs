using Grpc.Net.Client;
using Npgsql;
using Runtime.Benchmarks.Load;
using Runtime.Tools.V1;
using ToolsClient = Runtime.Tools.V1.Tools.ToolsClient;

namespace Runtime.Benchmarks.Tools;

/// <summary>One way to have one row looked up by its key.</summary>
internal interface IToolSubject : IAsyncDisposable
{
    /// <summary>Gets the name for tables.</summary>
    string Name { get; }

    /// <summary>Gets the process that is called; <see langword="null"/> for a library in this process.</summary>
    int? ProcessId { get; }

    /// <summary>Makes one call, and fails when the answer is not the row.</summary>
    Task CallAsync(int caller, CancellationToken cancellationToken);
}

/// <summary>The floor: Npgsql alone, with a prepared statement.</summary>
internal sealed class NpgsqlSubject(NpgsqlDataSource source) : IToolSubject
{
    public string Name => "raw Npgsql";

    public int? ProcessId => null;

    public async Task CallAsync(int caller, CancellationToken cancellationToken)
    {
        var row = await ToolFloor.ReadAsync(
            source, ToolCase.Id, row => (Id: row.GetInt64(0), Customer: row.GetString(1), row.GetDecimal(2), row.GetDateTime(3)), cancellationToken);
        if (row.Id is not ToolCase.Id || row.Customer is not ToolCase.Customer)
        {
            throw new InvalidOperationException("Another row was expected.");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The gateway, or the bare service in its place, over gRPC, with Grpc.Net.Client.</summary>
internal sealed class GrpcToolSubject(string name, ServiceProcess server) : IToolSubject
{
    // One HTTP/2 connection has one reader and one writer; an agent's processes have several of them too.
    private const int Channels = 4;

    private readonly GrpcChannel[] _channels = [.. Enumerable.Range(0, Channels).Select(_ => GrpcChannel.ForAddress(server.GrpcAddress))];

    public string Name => name;

    public int? ProcessId => server.Id;

    public async Task CallAsync(int caller, CancellationToken cancellationToken)
    {
        var client = new ToolsClient(_channels[caller % Channels]);
        var reply = await client.CallToolAsync(new CallToolRequest { Name = ToolCase.Tool, ArgumentsJson = ToolCase.Arguments }, cancellationToken: cancellationToken);
        if (reply.IsError || !reply.ResultJson.Contains(ToolCase.Customer, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Another answer was expected:\n{reply.ResultJson}");
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>A server over HTTP/1.1, one connection a caller.</summary>
internal sealed class HttpToolSubject(string name, ServiceProcess server, byte[] request, int callers) : IToolSubject
{
    private static readonly byte[] _expected = [.. System.Text.Encoding.UTF8.GetBytes(ToolCase.Customer)];

    private readonly HttpCaller[] _callers = [.. Enumerable.Range(0, callers).Select(_ => new HttpCaller(new(server.HttpAddress), request, _expected))];

    public string Name => name;

    public int? ProcessId => server.Id;

    public Task CallAsync(int caller, CancellationToken cancellationToken) => _callers[caller].CallAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var caller in _callers)
        {
            await caller.DisposeAsync();
        }
    }
}
