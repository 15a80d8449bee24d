using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Runtime.GoogleCloud.EmulatorTests;

/// <summary>A server that speaks the part of Bigtable's protocol which its emulator has not: queries in SQL. It answers every query with the same rows.</summary>
/// <remarks>
/// Of a query with parameters it answers one row of their values; of one with the word <c>wrong</c> it says that it is wrong. Frames and trailers
/// are those of https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.
/// </remarks>
internal sealed class BigtableWithSql : IAsyncDisposable
{
    private const int FrameHeader = 5;

    private readonly WebApplication _server;

    private BigtableWithSql(ProtoSchema schema, Value[] values)
    {
        // Without the endpoints in the gateway's appsettings.json, which lies beside this program.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        _server.MapPost("/google.bigtable.v2.Bigtable/PrepareQuery", context => PrepareAsync(context, schema));
        _server.MapPost("/google.bigtable.v2.Bigtable/ExecuteQuery", context => ExecuteAsync(context, values));
    }

    public string Address => new Uri(_server.Urls.Single()).Authority;

    /// <param name="schema">The columns.</param>
    /// <param name="values">The rows, one after the other.</param>
    public static async Task<BigtableWithSql> StartAsync(ProtoSchema schema, params Value[] values)
    {
        var server = new BigtableWithSql(schema, values);
        await server._server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task PrepareAsync(HttpContext context, ProtoSchema schema)
    {
        var request = await ReadAsync(context, PrepareQueryRequest.Parser);
        if (request.Query.Contains("wrong", StringComparison.Ordinal))
        {
            End(context, StatusCode.InvalidArgument, "Table not found: wrong");
            return;
        }

        var columns = request.ParamTypes.Count is 0
            ? schema
            : new ProtoSchema { Columns = { request.ParamTypes.OrderBy(type => type.Key, StringComparer.Ordinal).Select(type => new ColumnMetadata { Name = type.Key, Type = type.Value }) } };
        await WriteAsync(context, new PrepareQueryResponse { PreparedQuery = ByteString.CopyFromUtf8("plan"), Metadata = new() { ProtoSchema = columns } });
        End(context, StatusCode.OK, "");
    }

    private static async Task ExecuteAsync(HttpContext context, Value[] values)
    {
        var request = await ReadAsync(context, ExecuteQueryRequest.Parser);
        var given = request.Params.OrderBy(value => value.Key, StringComparer.Ordinal).Select(value =>
        {
            var untyped = value.Value.Clone();
            untyped.Type = null;
            return untyped;
        });
        var batch = new ProtoRows { Values = { request.Params.Count is 0 ? values : given } }.ToByteArray();
        var middle = batch.Length / 2;
        await WriteAsync(context, new ExecuteQueryResponse { Results = new() { ProtoRowsBatch = new() { BatchData = ByteString.CopyFrom(batch[..middle]) } } });
        await WriteAsync(context, new ExecuteQueryResponse
        {
            Results = new()
            {
                ProtoRowsBatch = new() { BatchData = ByteString.CopyFrom(batch[middle..]) },
                BatchChecksum = ~batch.Aggregate(uint.MaxValue, BitOperations.Crc32C),
                ResumeToken = ByteString.CopyFromUtf8("end"),
            },
        });
        End(context, StatusCode.OK, "");
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, MessageParser<T> parser)
        where T : IMessage<T>
    {
        context.Response.ContentType = "application/grpc";
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return parser.ParseFrom(body.GetBuffer(), FrameHeader, (int)body.Length - FrameHeader);
    }

    private static async Task WriteAsync(HttpContext context, IMessage message)
    {
        var frame = new byte[FrameHeader + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - FrameHeader);
        message.WriteTo(frame.AsSpan(FrameHeader));
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
    }

    private static void End(HttpContext context, StatusCode status, string message)
    {
        context.Response.AppendTrailer("grpc-status", $"{(int)status}");
        context.Response.AppendTrailer("grpc-message", message);
    }
}
