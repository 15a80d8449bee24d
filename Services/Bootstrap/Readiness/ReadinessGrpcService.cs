using Grpc.Core;
using Runtime.Bootstrap.V1;

namespace Runtime.Bootstrap.Readiness;

/// <summary>The report over gRPC.</summary>
public sealed class ReadinessGrpcService(ReadinessReports reports) : V1.Readiness.ReadinessBase
{
    public override async Task<CheckResponse> Check(CheckRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Answers.Of(await reports.GetAsync(request.Only, request.Timeout?.ToTimeSpan(), context.CancellationToken));
    }
}
