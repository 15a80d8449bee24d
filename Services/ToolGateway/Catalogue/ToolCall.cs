using System.Diagnostics;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>One call of a tool: arguments that fit its description, and where results and progress go.</summary>
public sealed class ToolCall(CataloguedTool tool, CallContext context, ResultLimitOptions limits)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private ToolArguments? _arguments;

    public CataloguedTool Tool => tool;

    /// <summary>Gets the arguments; none while they are not looked at, as when the caller may not call the tool.</summary>
    public ToolArguments Arguments
    {
        get => _arguments ??= new(tool.Description.Parameters);
        internal set => _arguments = value;
    }

    public CallContext Context => context;

    /// <summary>Gets how long ago the call began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    /// <summary>Begins a result that is rows.</summary>
    public RowsWriter Rows(RowsShape shape) => new(context, shape, limits);

    /// <summary>Tells the caller how far the work is, where it asked for that.</summary>
    public ValueTask ReportAsync(ToolProgress progress, CancellationToken cancellationToken) => context.ReportAsync(progress, cancellationToken);
}
