using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Runtime.Sessions.V1;
using Runtime.Testing;

namespace Runtime.SessionService.Tests;

/// <summary>The grpcurl examples of docs/sessions.md, one after the other, as a reader types them.</summary>
public sealed partial class DocumentedExamplesTests(SessionServiceHost host) : IClassFixture<SessionServiceHost>
{
    [Fact]
    public async Task Every_example_of_the_page_works()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "sessions.md"), TestContext.Current.CancellationToken);
        var service = SessionsReflection.Descriptor.Services.Single();
        var examples = Example().Matches(page).Select(example => (Body: example.Groups["body"].Value, Method: service.FindMethodByName(example.Groups["method"].Value))).ToArray();

        Assert.Equal(service.Methods.Select(method => method.Name).Except(["DeleteSession"]).Order(), examples.Select(example => example.Method.Name).Distinct().Order());
        foreach (var (body, method) in examples)
        {
            var answer = await CallAsync(method, JsonParser.Default.Parse(body, method.InputType));
            TestContext.Current.TestOutputHelper?.WriteLine($"{method.Name}: {answer}");
        }
    }

    /// <summary>Calls a method by its descriptor, and returns its answer or the first message of its stream.</summary>
    private async Task<IMessage> CallAsync(MethodDescriptor described, IMessage request)
    {
        using var channel = host.OpenChannel();
        var method = new Method<IMessage, IMessage>(
            described.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, described.Service.FullName, described.Name,
            Marshallers.Create<IMessage>(message => message.ToByteArray(), described.InputType.Parser.ParseFrom),
            Marshallers.Create<IMessage>(message => message.ToByteArray(), described.OutputType.Parser.ParseFrom));
        var options = new CallOptions(cancellationToken: TestContext.Current.CancellationToken);
        if (!described.IsServerStreaming)
        {
            return await channel.CreateCallInvoker().AsyncUnaryCall(method, host: null, options, request);
        }

        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(method, host: null, options, request);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return call.ResponseStream.Current;
    }

    [GeneratedRegex(@"grpcurl -plaintext -d '(?<body>[^']*)' 127\.0\.0\.1:5100 runtime\.sessions\.v1\.Sessions/(?<method>\w+)")]
    private static partial Regex Example();
}
