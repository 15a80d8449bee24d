using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Google.Rpc;
using Grpc.Core;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

/// <summary>An emulator variable that points where nothing listens. Needs no emulator.</summary>
public sealed class AbsentEmulatorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SPANNER", "spanner_execute_sql", """{"instance_id":"i","database_id":"d","query":"SELECT 1"}""", "gcloud emulators spanner start")]
    [InlineData("BIGTABLE", "bigtable_read_rows", """{"instance_id":"i","table_id":"t"}""", "gcloud beta emulators bigtable start")]
    [InlineData("PUBSUB", "publish_message", """{"topic_name":"projects/p/topics/t","message":"m"}""", "gcloud beta emulators pubsub start")]
    public async Task A_call_fails_soon_as_unavailable_and_names_the_address_and_the_fix(string product, string tool, string arguments, string fix)
    {
        var address = FreeAddress();
        await using var gateway = new EmulatedGateway($"{product}_EMULATOR_HOST", address);
        var clock = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<RpcException>(
            () => gateway.CallAsync(tool, System.Text.Json.Nodes.JsonNode.Parse(arguments)!, Cancellation));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal($"{product}_EMULATOR_UNREACHABLE", error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        Assert.Contains($"'{address}'", error.Status.Detail, StringComparison.Ordinal);
        Assert.EndsWith($"Fix: {fix} --host-port={address}", error.Status.Detail, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TestTimeouts.Call);
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener.LocalEndpoint.ToString()!;
    }
}
