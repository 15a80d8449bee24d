using Google.LongRunning;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex.Wire;

/// <summary><c>google.longrunning.Operations</c>: every operation is done by the time its name is known.</summary>
internal sealed class OperationsGrpcService(SessionOperations operations) : Operations.OperationsBase
{
    public override Task<Operation> GetOperation(GetOperationRequest request, ServerCallContext context) => Get(request.Name, context);

    public override Task<Operation> WaitOperation(WaitOperationRequest request, ServerCallContext context) => Get(request.Name, context);

    // Nobody keeps a done operation, so there is nothing to give up, and nothing to stop.
    public override Task<Empty> DeleteOperation(DeleteOperationRequest request, ServerCallContext context) => Known(request.Name);

    public override Task<Empty> CancelOperation(CancelOperationRequest request, ServerCallContext context) => Known(request.Name);

    public override Task<ListOperationsResponse> ListOperations(ListOperationsRequest request, ServerCallContext context) =>
        throw NotListed();

    /// <summary>What both transports say.</summary>
    public static NotSupportedHereException NotListed() =>
        new("Operations are done when they are answered, and are not kept in a list. Ask for one by its name.", "OPERATIONS_NOT_LISTED");

    private async Task<Operation> Get(string name, ServerCallContext context)
    {
        var (operation, session) = await operations.GetAsync(name, context.CancellationToken);
        return OperationMessage.Of(operation, session);
    }

    private Task<Empty> Known(string name)
    {
        operations.Find(name);
        return Task.FromResult(new Empty());
    }
}
