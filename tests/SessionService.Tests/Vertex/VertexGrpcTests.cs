using Google.Cloud.AIPlatform.V1Beta1;
using Google.LongRunning;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace Runtime.SessionService.Tests.Vertex;

/// <summary>The Vertex AI Sessions API over gRPC.</summary>
public sealed class VertexGrpcTests : ApiTest, IClassFixture<SessionServiceHost>, IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly Google.Cloud.AIPlatform.V1Beta1.SessionService.SessionServiceClient _vertex;

    public VertexGrpcTests(SessionServiceHost host)
        : base(host)
    {
        _channel = host.OpenChannel();
        _vertex = new(_channel);
    }

    private string Engine => $"reasoningEngines/{App}";

    public void Dispose() => _channel.Dispose();

    [Fact]
    public async Task An_operation_says_what_was_done_and_can_be_asked_for()
    {
        var created = await _vertex.CreateSessionAsync(new() { Parent = Engine, Session = new() { UserId = "u" } }, cancellationToken: Cancellation);
        var operations = new Operations.OperationsClient(_channel);

        Assert.True(created.Done);
        Assert.Equal("u", created.Response.Unpack<Session>().UserId);
        Assert.NotNull(created.Metadata.Unpack<CreateSessionOperationMetadata>().GenericMetadata.CreateTime);
        Assert.Equal(created, await operations.GetOperationAsync(new() { Name = created.Name }, cancellationToken: Cancellation));
        Assert.Equal(created, await operations.WaitOperationAsync(new() { Name = created.Name }, cancellationToken: Cancellation));
        await operations.CancelOperationAsync(new() { Name = created.Name }, cancellationToken: Cancellation);
        await operations.DeleteOperationAsync(new() { Name = created.Name }, cancellationToken: Cancellation);
        AssertRefused(
            await Assert.ThrowsAsync<RpcException>(async () => await operations.ListOperationsAsync(new() { Name = Engine }, cancellationToken: Cancellation)),
            StatusCode.Unimplemented, "OPERATIONS_NOT_LISTED");

        var deleted = await _vertex.DeleteSessionAsync(new() { Name = created.Response.Unpack<Session>().Name }, cancellationToken: Cancellation);
        Assert.True(deleted.Response.Is(Empty.Descriptor));
        AssertRefused(
            await Assert.ThrowsAsync<RpcException>(async () => await operations.GetOperationAsync(new() { Name = created.Name }, cancellationToken: Cancellation)),
            StatusCode.NotFound, "SESSION_NOT_FOUND");
    }

    [Fact]
    public async Task Version_1_names_its_own_messages()
    {
        var method = new Method<CreateSessionRequest, Operation>(
            MethodType.Unary, "google.cloud.aiplatform.v1.SessionService", "CreateSession", Message<CreateSessionRequest>(), Message<Operation>());

        var created = await _channel.CreateCallInvoker().AsyncUnaryCall(
            method, null, new(cancellationToken: Cancellation), new() { Parent = Engine, Session = new() { UserId = "u" } });

        Assert.Equal("type.googleapis.com/google.cloud.aiplatform.v1.Session", created.Response.TypeUrl);
        Assert.Equal("type.googleapis.com/google.cloud.aiplatform.v1.CreateSessionOperationMetadata", created.Metadata.TypeUrl);
    }

    [Fact]
    public async Task Events_come_back_as_they_were_written_page_by_page()
    {
        var name = await CreateAsync();
        var written = Enumerable.Range(1, 7).Select(second => new SessionEvent
        {
            Author = "agent",
            InvocationId = "i",
            Timestamp = new() { Seconds = second },
            Content = new() { Parts = { new Part { Text = $"{second}" } } },
        }).ToList();
        foreach (var one in written)
        {
            await _vertex.AppendEventAsync(new() { Name = name, Event = one }, cancellationToken: Cancellation);
        }

        var read = new List<SessionEvent>();
        for (var token = ""; ;)
        {
            var page = await _vertex.ListEventsAsync(new() { Parent = name, PageSize = 3, PageToken = token }, cancellationToken: Cancellation);
            Assert.InRange(page.SessionEvents.Count, 1, 3);
            read.AddRange(page.SessionEvents);
            if ((token = page.NextPageToken).Length == 0)
            {
                break;
            }
        }

        Assert.All(read, one => Assert.StartsWith(name + "/events/", one.Name, StringComparison.Ordinal));
        read.ForEach(one => one.Name = "");
        Assert.Equal(written, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("projects/p/reasoningEngines/1")]
    [InlineData("projects/p/locations/l/reasoningEngines/")]
    public async Task A_name_of_another_form_is_refused(string parent) => AssertUnusable(
        await Assert.ThrowsAsync<RpcException>(async () => await _vertex.ListSessionsAsync(new() { Parent = parent }, cancellationToken: Cancellation)), "parent");

    [Fact]
    public async Task An_update_changes_what_its_mask_names_and_without_one_what_is_said()
    {
        var name = await CreateAsync();
        var named = await _vertex.UpdateSessionAsync(
            new() { Session = new() { Name = name, DisplayName = "Chat", Labels = { ["a"] = "b" } }, UpdateMask = new() { Paths = { "labels" } } }, cancellationToken: Cancellation);
        var said = await _vertex.UpdateSessionAsync(new() { Session = new() { Name = name, DisplayName = "Chat" } }, cancellationToken: Cancellation);
        var cleared = await _vertex.UpdateSessionAsync(new() { Session = new() { Name = name }, UpdateMask = new() { Paths = { "*" } } }, cancellationToken: Cancellation);

        Assert.Equal(("", 1), (named.DisplayName, named.Labels.Count));
        Assert.Equal(("Chat", 1), (said.DisplayName, said.Labels.Count));
        Assert.Equal(("", 0), (cleared.DisplayName, cleared.Labels.Count));
    }

    [Fact]
    public async Task An_error_names_the_request()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _vertex.GetSessionAsync(new() { Name = Engine + "/sessions/none" }, cancellationToken: Cancellation));

        AssertRefused(error, StatusCode.NotFound, "SESSION_NOT_FOUND");
        Assert.NotEmpty(error.GetRpcStatus()!.GetDetail<RequestInfo>()!.RequestId);
    }

    private static Marshaller<T> Message<T>()
        where T : class, IMessage<T>, new() =>
        Marshallers.Create(static message => message.ToByteArray(), new MessageParser<T>(static () => new T()).ParseFrom);

    private async Task<string> CreateAsync() =>
        (await _vertex.CreateSessionAsync(new() { Parent = Engine, Session = new() { UserId = "u" } }, cancellationToken: Cancellation)).Response.Unpack<Session>().Name;
}
