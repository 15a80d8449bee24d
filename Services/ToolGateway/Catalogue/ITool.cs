namespace Runtime.ToolGateway.Catalogue;

/// <summary>One thing an agent can do. Every protocol offers the same tools.</summary>
public interface ITool
{
    /// <summary>Gets what a model and a client are told about the tool. Constant for the life of the tool.</summary>
    ToolDescription Description { get; }

    /// <summary>Does the work. Called with arguments that fit the description.</summary>
    /// <exception cref="ServiceDefaults.Errors.ServiceException">
    /// The call failed. Whether the model or the operator must act is decided once, in <see cref="ToolInvoker"/>.
    /// </exception>
    Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken);
}
