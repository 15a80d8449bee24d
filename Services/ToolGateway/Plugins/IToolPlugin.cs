using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Plugins;

/// <summary>Looks at every call, and may answer it, change its result or take over its failure.</summary>
/// <remarks>
/// The tool hooks of ADK's plugins, with their rules: plugins run in order of registration; the first that answers ends its hook, and the
/// plugins after it are not asked; null goes on. An exception in a plugin fails the call, and names the plugin and the hook; a
/// <see cref="Runtime.ServiceDefaults.Errors.ServiceException"/> is not a fault of the plugin but its refusal, and reaches the caller as it is.
/// </remarks>
public interface IToolPlugin
{
    /// <summary>Gets the name, unique in the gateway.</summary>
    string Name { get; }

    /// <summary>Gets a value indicating whether the plugin takes part. Asked once, at the start.</summary>
    bool IsEnabled => true;

    /// <summary>Runs before the tool, with arguments that fit its description.</summary>
    /// <returns>A result that is used instead of calling the tool; null to go on.</returns>
    ValueTask<ToolResult?> BeforeAsync(ToolCall call, CancellationToken cancellationToken) => default;

    /// <summary>Runs after the tool, or after a plugin answered for it, or when the arguments do not fit: then the result says so, and the call has them as they came.</summary>
    /// <returns>A result that replaces the one there is; null to keep it.</returns>
    ValueTask<ToolResult?> AfterAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken) => default;

    /// <summary>Runs when the tool failed with an exception or met its deadline, and not when its caller cancelled the call.</summary>
    /// <returns>A result that replaces the failure; null to let it out.</returns>
    ValueTask<ToolResult?> OnErrorAsync(ToolCall call, Exception error, CancellationToken cancellationToken) => default;

    /// <summary>
    /// Runs once at the end of every call of a tool, whatever became of it: refused for want of a token or by a plugin, late and cancelled ones too.
    /// It only looks on; ADK has no such hook. An exception is logged, and the other plugins still look.
    /// </summary>
    void Ended(ToolCall call, ToolOutcome outcome)
    {
    }

    /// <summary>Runs once, while the gateway stops.</summary>
    ValueTask CloseAsync(CancellationToken cancellationToken) => default;
}

/// <summary>What became of a call.</summary>
/// <param name="Code"><c>OK</c>, the code of the result's error, the reason of the failure, <c>APPROVAL_ASKED</c> where the call comes again with a person's answer, <c>CANCELLED</c>, or <c>INTERNAL</c>.</param>
/// <param name="Result">What was answered; null where the call failed.</param>
public sealed record ToolOutcome(string Code, ToolResult? Result = null);
