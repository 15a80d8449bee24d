using System.Text.Json.Nodes;
using Google.Rpc;
using Grpc.Core;
using Runtime.ToolGateway.Catalogue;
using Runtime.Tools.V1;

namespace Runtime.ToolGateway.Tests;

public sealed class NativeProtocolTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_toolset_is_listed_with_schema_and_effects()
    {
        var reply = await gateway.Native().ListToolsAsync(new ListToolsRequest { Toolset = "fake" }, cancellationToken: Cancellation);

        Assert.Equal(["count", "echo", "fail", "wait"], reply.Tools.Select(tool => tool.Name));
        Assert.True(reply.Tools[0].Effects.ReadOnly);
        Assert.True(reply.Tools[2].Effects.Destructive);
        Assert.Equal("object", (string?)JsonNode.Parse(reply.Tools[0].InputSchemaJson)!["type"]);
        Assert.Equal("object", (string?)JsonNode.Parse(reply.Tools[0].OutputSchemaJson)!["type"]);
    }

    [Fact]
    public async Task A_call_answers_with_JSON()
    {
        var (content, isError) = await gateway.CallAsync("echo", """{"text":"Grüße","times":2,"labels":{"a":"b"}}""", Cancellation);

        Assert.False(isError);
        Assert.Equal("""{"status":"SUCCESS","results":"Grüße Grüße","tags":0,"labels":{"a":"b"}}""", ToolResult.Of(content).ToString());
    }

    [Fact]
    public async Task A_wrong_argument_is_an_answer_that_the_model_can_act_on()
    {
        var (content, isError) = await gateway.CallAsync("echo", """{"times":0}""", Cancellation);

        Assert.True(isError);
        Assert.Equal("INVALID_ARGUMENT", (string?)content["error_code"]);
        Assert.Contains("'times' is the number 0", (string?)content["error_details"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_that_are_not_JSON_are_an_error_of_the_client()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync("echo", """{"text":""", Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal("arguments_json", error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations[0].Field);
    }

    [Fact]
    public async Task An_unknown_tool_or_toolset_is_not_found_and_the_known_ones_are_named()
    {
        var tool = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync("ecko", "{}", Cancellation));
        var toolset = await Assert.ThrowsAsync<RpcException>(
            async () => await gateway.Native().ListToolsAsync(new ListToolsRequest { Toolset = "none" }, cancellationToken: Cancellation));

        Assert.Equal((StatusCode.NotFound, "TOOL_NOT_FOUND"), (tool.StatusCode, tool.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Contains("echo", tool.Status.Detail, StringComparison.Ordinal);
        Assert.Equal((StatusCode.NotFound, "TOOLSET_NOT_FOUND"), (toolset.StatusCode, toolset.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Contains("spanner", toolset.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unexpected_failure_keeps_its_details_in_the_log()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync("fail", "{}", Cancellation));

        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
    }
}
