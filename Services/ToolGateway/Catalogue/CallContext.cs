namespace Runtime.ToolGateway.Catalogue;

/// <summary>Who calls a tool, over which protocol, and what that protocol can do while the tool works.</summary>
public sealed class CallContext
{
    /// <summary>Gets the protocol, as telemetry names it: <c>grpc</c>, <c>mcp</c>, <c>toolbox</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Gets the look-up of a header of the request, case-insensitive; null for one that did not come.</summary>
    public required Func<string, string?> Header { get; init; }

    /// <summary>Gets who calls, as far as the connection says: the remote address. For limits and audit, not for permission.</summary>
    public required string Caller { get; init; }

    /// <summary>Gets where progress goes; null where nobody asked for it.</summary>
    public Func<ToolProgress, CancellationToken, ValueTask>? Progress { get; init; }

    /// <summary>Gets where batches of rows go before the result; null where the caller takes one result.</summary>
    public Func<PartialRows, CancellationToken, ValueTask>? Partial { get; init; }

    /// <summary>Gets how the person behind the agent is asked; null where the client cannot.</summary>
    public IApprover? Approver { get; init; }

    internal ValueTask ReportAsync(ToolProgress progress, CancellationToken cancellationToken) =>
        Progress is { } report ? report(progress, cancellationToken) : ValueTask.CompletedTask;
}

/// <summary>How far a call is.</summary>
/// <param name="Done">How much is done, never less than before.</param>
/// <param name="Total">How much there is; null where that is not known.</param>
/// <param name="Message">For a person.</param>
public readonly record struct ToolProgress(double Done, double? Total, string Message);

/// <summary>Rows that go out before the result.</summary>
/// <param name="Array">A JSON array of rows. Valid only until the call that hands it over returns.</param>
/// <param name="Count">How many rows it has.</param>
public readonly record struct PartialRows(ReadOnlyMemory<byte> Array, int Count);

/// <summary>Asks the person behind an agent.</summary>
public interface IApprover
{
    /// <summary>Asks for a yes or no and waits for it.</summary>
    /// <param name="question">What is about to happen, for a person.</param>
    /// <returns>True for a clear yes; false for a no, or for no answer.</returns>
    Task<bool> ApproveAsync(string question, CancellationToken cancellationToken);

    /// <summary>Gets whether the person was asked by ending the call, which comes again with the answer.</summary>
    bool EndsCall => false;
}
