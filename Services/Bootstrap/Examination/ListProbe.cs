using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Examination;

/// <summary>Asks a Google API to list something, over gRPC and with a page of one, whatever it lists.</summary>
internal static class ListProbe
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <param name="service">Full name of the service.</param>
    /// <param name="parentField">How the routing header names the parent.</param>
    /// <param name="parent">What is listed under.</param>
    /// <param name="paged">The request takes the size of a page; Bigtable's lists of instances take none.</param>
    public static Task AskAsync(
        GoogleConnection connection, string service, string method, string parentField, string parent, bool paged, CancellationToken cancellationToken)
    {
        // Every list request of these APIs has its parent in field 1, as a StringValue has its text, and the page size in field 2.
        byte[] pageOfOne = [0x10, 0x01];
        byte[] request = [.. new StringValue { Value = parent }.ToByteArray(), .. paged ? pageOfOne : []];
        var list = new Method<byte[], Empty>(
            MethodType.Unary, service, method, Marshallers.Create(bytes => bytes, bytes => bytes), Marshallers.Create(empty => empty.ToByteArray(), Empty.Parser.ParseFrom));
        return connection.CallAsync(
            Deadline, (parentField, parent), (channel, options) => channel.AsyncUnaryCall(list, null, options, request), cancellationToken);
    }
}
