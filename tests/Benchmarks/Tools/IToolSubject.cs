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
        await using var command = source.CreateCommand(ToolCase.Statement);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = ToolCase.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken) || reader.GetInt64(0) is not ToolCase.Id || reader.GetString(1) is not ToolCase.Customer)
        {
            throw new InvalidOperationException("Another row was expected.");
        }

        _ = (reader.GetDecimal(2), reader.GetDateTime(3));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The gateway over gRPC, with Grpc.Net.Client.</summary>
internal sealed class GrpcToolSubject(ServiceProcess gateway) : IToolSubject
{
    // One HTTP/2 connection has one reader and one writer; an agent's processes have several of them too.
    private const int Channels = 4;

    private readonly GrpcChannel[] _channels = [.. Enumerable.Range(0, Channels).Select(_ => GrpcChannel.ForAddress(gateway.GrpcAddress))];

    public string Name => "gateway, gRPC";

    public int? ProcessId => gateway.Id;

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
