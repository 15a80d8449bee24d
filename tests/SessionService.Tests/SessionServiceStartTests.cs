using System.Net;
using Google.Rpc;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Tests;

public sealed class SessionServiceStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "SESSION_DB_NOT_CONFIGURED")]
    [InlineData("  ", "SESSION_DB_NOT_CONFIGURED")]
    [InlineData("sqlite://", "SESSION_DB_URL_INVALID")]
    [InlineData("mongodb://u:hush@h/d", "SESSION_DB_URL_INVALID")]
    [InlineData("postgresql://u:hush@h", "SESSION_DB_URL_INVALID")]
    [InlineData("postgresql://u:hush@h:port/d", "SESSION_DB_URL_INVALID")]
    [InlineData("nonsense", "SESSION_DB_URL_INVALID")]
    [InlineData("Host=h;Password=hush;Nonsense=1", "SESSION_DB_URL_INVALID")]
    public async Task An_address_that_cannot_work_stops_the_start_with_a_step_and_no_password(string? address, string code)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["ConnectionStrings:sessions"] = address;
        builder.AddSessionStore();
        await using var app = builder.Build();

        var error = Assert.Throws<SettingException>(app.OpenSessionStore);

        Assert.StartsWith(code, error.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__sessions", error.Message, StringComparison.Ordinal);
        Assert.Contains("Fix: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, StartFailure.Explain(error));
    }

    [Fact]
    public async Task A_service_with_its_database_is_healthy_and_describes_itself()
    {
        await using var host = new SessionServiceHost();
        using var http = host.CreateClient();
        using var channel = host.OpenChannel();

        using var ready = await http.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);
        using var reflection = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Cancellation);
        await reflection.RequestStream.WriteAsync(new() { ListServices = "" }, Cancellation);
        await reflection.RequestStream.CompleteAsync();
        Assert.True(await reflection.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains(reflection.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "runtime.sessions.v1.Sessions");
    }

    [Fact]
    public async Task A_service_without_its_database_starts_and_says_what_does_not_answer()
    {
        await using var host = new SessionServiceWithoutDatabase();
        using var http = host.CreateClient();

        using var alive = await http.GetAsync(new Uri("/alive", UriKind.Relative), Cancellation);
        using var ready = await http.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);
        var report = await ready.Content.ReadAsStringAsync(Cancellation);
        var error = await Assert.ThrowsAsync<RpcException>(() => host.OpenClient().GetSessionAsync(
            new() { AppName = "a", UserId = "u", SessionId = "s" }, cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("pg_isready -h 127.0.0.1 -p 1", report, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", report, StringComparison.Ordinal);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal("SESSION_DB_UNREACHABLE", error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        Assert.NotNull(error.GetRpcStatus()!.GetDetail<RetryInfo>());
        Assert.DoesNotContain("hush", error.Status.Detail, StringComparison.Ordinal);
    }
}
