using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Sessions.V1;
using Runtime.Storage;

namespace Runtime.SessionService.Tests;

/// <summary>What tests of the native API share: a client, an app of its own for each test, and short forms of the calls.</summary>
public abstract class ApiTest(SessionServiceHost host)
{
    protected const string User = "u";

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected Sessions.V1.Sessions.SessionsClient Client { get; } = host.OpenClient();

    /// <summary>Gets what the service keeps sessions in, for what other protocols write.</summary>
    protected ISessionStore Store { get; } = host.Services.GetRequiredService<ISessionStore>();

    protected string App { get; } = Guid.CreateVersion7().ToString("n");

    protected static ErrorInfo Info(RpcException error) => error.GetRpcStatus()!.GetDetail<ErrorInfo>()!;

    protected static void AssertRefused(RpcException error, StatusCode status, string reason)
    {
        Assert.Equal(status, error.StatusCode);
        Assert.Equal(reason, Info(error).Reason);
    }

    protected static void AssertUnusable(RpcException error, string field)
    {
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(field, error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field);
    }

    protected static void AssertJson(string expected, string actual)
    {
        using var left = JsonDocument.Parse(expected);
        using var right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), actual);
    }

    /// <summary>An event with an author and a time in whole seconds.</summary>
    protected static Event At(int second, string? id = null, string invocation = "", string delta = "", string json = "") => new()
    {
        Id = id ?? $"{second}",
        Author = "agent",
        InvocationId = invocation,
        Timestamp = new() { Seconds = second },
        StateDeltaJson = delta,
        EventJson = json,
    };

    protected Task<Sessions.V1.Session> CreateAsync(string id, string state = "") => CreateAsync(new CreateSessionRequest { SessionId = id, StateJson = state });

    protected Task<Sessions.V1.Session> CreateAsync(CreateSessionRequest request)
    {
        (request.AppName, request.UserId) = (App, User);
        return Client.CreateSessionAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }

    protected Task<Sessions.V1.Session> GetAsync(string id) =>
        Client.GetSessionAsync(new() { AppName = App, UserId = User, SessionId = id }, cancellationToken: Cancellation).ResponseAsync;

    protected Task<AppendEventResponse> AppendAsync(string id, Event message) => Client.AppendEventAsync(
        new() { AppName = App, UserId = User, SessionId = id, Event = message }, cancellationToken: Cancellation).ResponseAsync;

    protected Task<Sessions.V1.Session> UpdateAsync(string id, UpdateSessionRequest request)
    {
        (request.AppName, request.UserId, request.SessionId) = (App, User, id);
        return Client.UpdateSessionAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }

    protected Task DeleteAsync(string id) =>
        Client.DeleteSessionAsync(new() { AppName = App, UserId = User, SessionId = id }, cancellationToken: Cancellation).ResponseAsync;
}
