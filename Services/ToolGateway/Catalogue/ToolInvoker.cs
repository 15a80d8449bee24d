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
        var call = new ToolCall(tool, context, results.Value);
        var outcome = new ToolOutcome(Succeeded);
        try
        {
            var result = await InvokeInTimeAsync(call, arguments, cancellationToken);
            outcome = new(result.ErrorCode ?? Succeeded, result);
            return result;
        }
        catch (ServiceException error)
        {
            outcome = new(error.Reason);
            throw;
        }
        catch (Exception error)
        {
            outcome = new(error is not OperationCanceledException || !cancellationToken.IsCancellationRequested ? "INTERNAL"
                : context.Approver is { EndsCall: true } ? "APPROVAL_ASKED"
                : "CANCELLED");
            throw;
        }
        finally
        {
            var elapsed = call.Elapsed;
            telemetry.End(activity, tool, context.Protocol, outcome.Code, outcome.Result, elapsed);
            if (outcome.Code is not Succeeded)
            {
                ToolGatewayLog.CallFailed(logger, tool.Name, context.Protocol, outcome.Code, elapsed.TotalMilliseconds);
            }

            plugins.Ended(call, outcome);
        }
    }

    /// <summary>Returns whether different arguments may help. A not-configured error shares its status with a product's own refusal, and they may not.</summary>
    internal static bool IsCorrectableByModel(ServiceException error) =>
        error is UpstreamException { Status: StatusCode.FailedPrecondition }
        || error.Status is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.OutOfRange or StatusCode.Unimplemented;

    private async Task<ToolResult> InvokeInTimeAsync(ToolCall call, JsonElement arguments, CancellationToken cancellationToken)
    {
        var description = call.Tool.Description;
        var deadline = limits.DeadlineOf(description);
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(deadline);
        IReadOnlyList<string> problems;
        try
        {
            var claims = await CallerClaims.VerifyAsync(description, call.Context, timed.Token);
            problems = ArgumentValidator.Validate(description, arguments, claims, out var accepted);
            call.Arguments = accepted;
        }
        catch (Exception error) when (IsLate(error, timed, cancellationToken))
        {
            throw Late(call, deadline, error);
        }

        if (problems.Count > 0)
        {
            var refusal = ToolResult.CorrectableByModel("INVALID_ARGUMENT", string.Join(" ", problems));
            return await plugins.AfterAsync(call, refusal, cancellationToken) ?? refusal;
        }

        // The deadline is the tool's: a person who is asked may take longer.
        timed.CancelAfter(Timeout.InfiniteTimeSpan);
        var result = await plugins.BeforeAsync(call, cancellationToken);
        timed.CancelAfter(deadline);
        result ??= await RunAsync(call, deadline, timed, cancellationToken);
        return await plugins.AfterAsync(call, result, cancellationToken) ?? result;
    }

    private async Task<ToolResult> RunAsync(ToolCall call, TimeSpan deadline, CancellationTokenSource timed, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await limits.EnterAsync(call.Tool.Name, timed.Token);
            return await call.Tool.Tool.InvokeAsync(call, timed.Token);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = IsLate(error, timed, cancellationToken) ? Late(call, deadline, error) : error;
            if (await plugins.OnErrorAsync(call, failure, cancellationToken) is { } answer)
            {
                return answer;
            }

            if (failure is ServiceException known && IsCorrectableByModel(known))
            {
                return ToolResult.CorrectableByModel(known.Reason, known.Message);
            }

            if (failure != error)
            {
                throw failure;
            }

            throw;
        }
    }

    private static bool IsLate(Exception error, CancellationTokenSource timed, CancellationToken cancellationToken) =>
        error is not ServiceException && timed.IsCancellationRequested && !cancellationToken.IsCancellationRequested;

    private static DeadlineException Late(ToolCall call, TimeSpan deadline, Exception error) => new(
        $"Tool '{call.Tool.Name}' did not finish in {deadline.TotalSeconds:0.###} s. Setting: {CallLimitOptions.Section}:Deadline. "
        + "Fix: ask for less, or raise the setting.",
        inner: error);
}
