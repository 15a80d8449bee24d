using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Runtime.AppHost.Resources;

/// <summary>Asks an emulator to list something, as the first client call will.</summary>
internal sealed class EmulatorReadyProbe(EndpointReference endpoint, Method<string, object> method, string parent, Supply supply) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private GrpcChannel? _channel;

    /// <summary>Describes a list method, such as <c>google.pubsub.v1.Publisher/ListTopics</c>, without its generated types.</summary>
    /// <remarks>Every list request of Google's APIs has its parent in field 1, which is the wire form of a StringValue.</remarks>
    public static Method<string, object> List(string service, string method) => new(
        MethodType.Unary, service, method,
        Marshallers.Create(text => new StringValue { Value = text }.ToByteArray(), bytes => StringValue.Parser.ParseFrom(bytes).Value),
        Marshallers.Create<object>(_ => [], _ => "answered"));

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!endpoint.IsAllocated)
        {
            return HealthCheckResult.Unhealthy("It has no address yet.");
        }

        var channel = Interlocked.Exchange(ref _channel, null) ?? GrpcChannel.ForAddress($"http://{endpoint.Host}:{endpoint.Port}");
        try
        {
            var options = new CallOptions(deadline: DateTime.UtcNow + Limit, cancellationToken: cancellationToken);
            await channel.CreateCallInvoker().AsyncUnaryCall(method, null, options, parent);
            _channel = channel;
            return HealthCheckResult.Healthy($"{supply.Mode.ToString().ToLowerInvariant()}: {supply.Why}");
        }
        catch (RpcException error)
        {
            // A channel waits between attempts to connect, longer each time: a kept one would be late to see the emulator come up.
            channel.Dispose();
            return HealthCheckResult.Unhealthy($"{method.FullName} answers {error.StatusCode}");
        }
    }

    public void Dispose() => _channel?.Dispose();
}
