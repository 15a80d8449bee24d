using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Plugins;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Calls a tool the same way for every protocol: know the caller, validate, run within limits, tell the two kinds of failure apart.</summary>
public sealed class ToolInvoker(
    PluginChain plugins, CallLimits limits, ToolTelemetry telemetry, IOptions<ResultLimitOptions> results, ILogger<ToolInvoker> logger)
{
    private const string Succeeded = "OK";

    /// <summary>Calls a tool.</summary>
    /// <returns>Its result, or an answer that the model can act on.</returns>
    /// <exception cref="ServiceException">The operator must act: not configured, not allowed, not reachable.</exception>
    public async Task<ToolResult> InvokeAsync(CataloguedTool tool, JsonElement arguments, CallContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tool);
        ArgumentNullException.ThrowIfNull(context);

        using var activity = telemetry.Begin(tool, arguments, context.Protocol);
        var started = Stopwatch.GetTimestamp();
        var outcome = Succeeded;
        ToolResult? result = null;
        try
        {
            result = await InvokeInTimeAsync(tool, arguments, context, cancellationToken);
            outcome = result.ErrorCode ?? Succeeded;
            return result;
        }
        catch (ServiceException error)
        {
            outcome = error.Reason;
            throw;
        }
        catch (Exception error)
        {
            outcome = error is OperationCanceledException && cancellationToken.IsCancellationRequested ? "CANCELLED" : "INTERNAL";
            throw;
        }
        finally
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            telemetry.End(activity, tool, context.Protocol, outcome, result, elapsed);
            if (outcome is not Succeeded)
            {
                ToolGatewayLog.CallFailed(logger, tool.Name, context.Protocol, outcome, elapsed.TotalMilliseconds);
            }
        }
    }

    /// <summary>Returns whether different arguments may help. A not-configured error shares its status with a product's own refusal, and they may not.</summary>
    internal static bool IsCorrectableByModel(ServiceException error) =>
        error is UpstreamException { Status: StatusCode.FailedPrecondition }
        || error.Status is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.OutOfRange or StatusCode.Unimplemented;

    private async Task<ToolResult> InvokeInTimeAsync(CataloguedTool tool, JsonElement arguments, CallContext context, CancellationToken cancellationToken)
    {
        var description = tool.Description;
        var deadline = limits.DeadlineOf(description);
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(deadline);
        try
        {
            var claims = await CallerClaims.VerifyAsync(description, context, timed.Token);
            var problems = ArgumentValidator.Validate(description, arguments, claims, out var accepted);
            var call = new ToolCall(tool, accepted, context, results.Value);
            var result = problems.Count > 0
                ? ToolResult.CorrectableByModel("INVALID_ARGUMENT", string.Join(" ", problems))
                : await plugins.BeforeAsync(call, timed.Token) ?? await RunAsync(call, timed.Token);
            return await plugins.AfterAsync(call, result, timed.Token) ?? result;
        }
        catch (Exception error) when (error is not ServiceException && timed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DeadlineException(
                $"Tool '{tool.Name}' did not finish in {deadline.TotalSeconds:0.###} s. Setting: {CallLimitOptions.Section}:Deadline. "
                + "Fix: ask for less, or raise the setting.",
                inner: error);
        }
    }

    private async Task<ToolResult> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await limits.EnterAsync(call.Tool.Name, cancellationToken);
            return await call.Tool.Tool.InvokeAsync(call, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (await plugins.OnErrorAsync(call, error, cancellationToken) is { } answer)
            {
                return answer;
            }

            if (error is ServiceException known && IsCorrectableByModel(known))
            {
                return ToolResult.CorrectableByModel(known.Reason, known.Message);
            }

            throw;
        }
    }
}
