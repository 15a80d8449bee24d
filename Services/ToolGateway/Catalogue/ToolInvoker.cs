using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Calls a tool the same way for every protocol: validate, run, tell the two kinds of failure apart.</summary>
public sealed class ToolInvoker(ILogger<ToolInvoker> logger)
{
    internal const string SourceName = "Runtime.ToolGateway";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Calls a tool.</summary>
    /// <returns>Its result, or an answer that the model can act on.</returns>
    /// <exception cref="ServiceException">The operator must act: not configured, not allowed, not reachable.</exception>
    public async Task<ToolResult> InvokeAsync(CataloguedTool tool, JsonElement arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tool);

        // Name and attributes of the OpenTelemetry semantic conventions for generative AI.
        using var activity = Source.StartActivity($"execute_tool {tool.Name}");
        activity?.SetTag("gen_ai.operation.name", "execute_tool");
        activity?.SetTag("gen_ai.tool.name", tool.Name);

        var started = Stopwatch.GetTimestamp();
        var outcome = "OK";
        try
        {
            var problems = ArgumentValidator.Validate(tool.Description.Parameters, arguments, out var accepted);
            if (problems.Count > 0)
            {
                outcome = "INVALID_ARGUMENT";
                return ToolResult.CorrectableByModel(outcome, string.Join(" ", problems));
            }

            var result = await tool.Tool.InvokeAsync(accepted, cancellationToken);
            outcome = result.IsError ? result.Content["error_code"]!.GetValue<string>() : outcome;
            return result;
        }
        catch (ServiceException error)
        {
            outcome = error.Reason;
            if (IsCorrectableByModel(error))
            {
                return ToolResult.CorrectableByModel(error.Reason, error.Message);
            }

            throw;
        }
        catch (Exception error)
        {
            outcome = error is OperationCanceledException && cancellationToken.IsCancellationRequested ? "CANCELLED" : "INTERNAL";
            throw;
        }
        finally
        {
            if (outcome is not "OK")
            {
                activity?.SetTag("error.type", outcome);
                activity?.SetStatus(ActivityStatusCode.Error);
            }

            ToolGatewayLog.Called(logger, tool.Name, outcome, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    /// <summary>Returns whether different arguments may help. A not-configured error shares its status with a product's own refusal, and they may not.</summary>
    internal static bool IsCorrectableByModel(ServiceException error) =>
        error is UpstreamException { Status: StatusCode.FailedPrecondition }
        || error.Status is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.OutOfRange or StatusCode.Unimplemented;
}
