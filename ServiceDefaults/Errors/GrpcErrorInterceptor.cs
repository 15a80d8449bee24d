using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>Gives every failing gRPC call the status and details of <see cref="ErrorMapping"/>.</summary>
public sealed class GrpcErrorInterceptor(ErrorTranslation translation) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception error) when (Map(error, context) is { } mapped)
        {
            throw mapped;
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception error) when (Map(error, context) is { } mapped)
        {
            throw mapped;
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception error) when (Map(error, context) is { } mapped)
        {
            throw mapped;
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception error) when (Map(error, context) is { } mapped)
        {
            throw mapped;
        }
    }

    /// <summary>Null when the exception already has its outside form, or only says that the caller went away.</summary>
    private RpcException? Map(Exception error, ServerCallContext context) => error switch
    {
        RpcException => null,
        OperationCanceledException when context.CancellationToken.IsCancellationRequested => null,
        _ => ErrorMapping.ToStatus(translation.Explain(error), context.GetHttpContext().TraceIdentifier).ToRpcException(),
    };
}
