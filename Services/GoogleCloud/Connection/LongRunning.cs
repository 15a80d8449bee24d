using Google.LongRunning;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Waits for what Google does in the background.</summary>
public static class LongRunning
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Asks until the operation is done, at most <see cref="CallPolicies.Operation"/>.</summary>
    public static async Task WaitAsync(GoogleConnection connection, Operation operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(operation);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(CallPolicies.Operation);
        var pause = FirstPause;
        try
        {
            while (!operation.Done)
            {
                await Task.Delay(pause, patience.Token);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                var request = new GetOperationRequest { Name = operation.Name };
                operation = await connection.CallAsync(
                    CallPolicies.Admin,
                    ("name", operation.Name),
                    (channel, call) => new Operations.OperationsClient(channel).GetOperationAsync(request, call),
                    patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeadlineException(
                $"Operation '{operation.Name}' did not end within {CallPolicies.Operation.TotalSeconds:0} s. It may still end: look before starting it again.");
        }

        if (operation.ResultCase is Operation.ResultOneofCase.Error)
        {
            throw new UpstreamException(operation.Error.Message, (StatusCode)operation.Error.Code, $"{connection.Product.Code}_OPERATION_FAILED");
        }
    }
}
