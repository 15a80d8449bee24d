using System.Text;
using System.Text.Json;
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
            var answer = await CallAsync(method, [.. Documents(body).Select(document => JsonParser.Default.Parse(document, method.InputType))]);
            TestContext.Current.TestOutputHelper?.WriteLine($"{method.Name}: {answer}");
        }
    }

    // One behind the other, as grpcurl takes the messages of a client's stream.
    private static List<string> Documents(string body)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(body), new JsonReaderOptions { AllowMultipleValues = true });
        var documents = new List<string>();
        while (reader.Read())
        {
            using var document = JsonDocument.ParseValue(ref reader);
            documents.Add(document.RootElement.GetRawText());
        }

        return documents;
    }

    /// <summary>Calls a method by its descriptor, and returns its answer; of a stream of appends the last, of any other stream the first.</summary>
    private async Task<IMessage> CallAsync(MethodDescriptor described, IReadOnlyList<IMessage> requests)
    {
        using var channel = host.OpenChannel();
        var method = new Method<IMessage, IMessage>(
            described.IsClientStreaming ? MethodType.DuplexStreaming : described.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary,
            described.Service.FullName, described.Name,
            Marshallers.Create<IMessage>(message => message.ToByteArray(), described.InputType.Parser.ParseFrom),
            Marshallers.Create<IMessage>(message => message.ToByteArray(), described.OutputType.Parser.ParseFrom));
        var options = new CallOptions(cancellationToken: TestContext.Current.CancellationToken);
        if (described.IsClientStreaming)
        {
            return await WriteAsync(channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, host: null, options), requests);
        }

        var request = Assert.Single(requests);
        if (!described.IsServerStreaming)
        {
            return await channel.CreateCallInvoker().AsyncUnaryCall(method, host: null, options, request);
        }

        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(method, host: null, options, request);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return call.ResponseStream.Current;
    }

    private static async Task<IMessage> WriteAsync(AsyncDuplexStreamingCall<IMessage, IMessage> call, IReadOnlyList<IMessage> requests)
    {
        using (call)
        {
            foreach (var request in requests)
            {
                await call.RequestStream.WriteAsync(request, TestContext.Current.CancellationToken);
            }

            await call.RequestStream.CompleteAsync();
            List<WriteEventsResponse> answers = [];
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
                answers.Add((WriteEventsResponse)call.ResponseStream.Current);
            }

            Assert.Equal(requests.Count, answers.Count);
            Assert.All(answers, answer => Assert.Null(answer.Error));
            return answers[^1];
        }
    }

    [GeneratedRegex(@"grpcurl -plaintext -d '(?<body>[^']*)' 127\.0\.0\.1:5100 runtime\.sessions\.v1\.Sessions/(?<method>\w+)")]
    private static partial Regex Example();
}
