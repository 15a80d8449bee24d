using System.Net;
using Google.Rpc;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.SessionService.Expiry;
using Runtime.SessionService.Watch;

namespace Runtime.SessionService.Tests;

public sealed class SessionServiceStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "SESSION_DB_NOT_CONFIGURED", "SESSION_SERVICE_URI")]
    [InlineData("  ", "SESSION_DB_NOT_CONFIGURED", "SESSION_SERVICE_URI")]
    [InlineData("sqlite:///", "SESSION_DB_URL_INVALID")]
    [InlineData("sqlite:///", "SESSION_DB_URL_INVALID", "SESSION_SERVICE_URI")]
    [InlineData("mongodb://u:hush@h/d", "SESSION_DB_URL_INVALID")]
    [InlineData("postgresql://u:hush@h", "SESSION_DB_URL_INVALID")]
    [InlineData("postgresql://u:hush@h:port/d", "SESSION_DB_URL_INVALID")]
    [InlineData("nonsense", "SESSION_DB_URL_INVALID")]
    [InlineData("Host=h;Password=hush;Nonsense=1", "SESSION_DB_URL_INVALID")]
    public async Task An_address_that_cannot_work_stops_the_start_with_a_step_and_no_password(string? address, string code, string variable = "ConnectionStrings__sessions")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration[variable.Replace("__", ":", StringComparison.Ordinal)] = address;
        builder.AddSessionStore();
        await using var app = builder.Build();

        var error = Assert.Throws<SettingException>(app.OpenSessionStore);

        Assert.StartsWith(code, error.Message, StringComparison.Ordinal);
        Assert.Equal(variable, error.Setting);
        Assert.Contains("Fix: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, StartFailure.Explain(error));
    }

    [Theory]
    [InlineData("Sessions:MaxPageSize", "0", "The value '0' is not allowed. Setting: Sessions:MaxPageSize. Fix: Set a whole number from 1 to 10000.")]
    [InlineData("Sessions:MaxPageSize", "many", "The value 'many' is of another kind than the setting takes. Setting: Sessions:MaxPageSize. Fix: Set a value as docs/settings.md says.")]
    [InlineData("Sessions:Watch:PollInterval", "00:00:00.01", "The value '00:00:00.0100000' is not allowed. Setting: Sessions:Watch:PollInterval. Fix: Set a duration ([days.]hours:minutes:seconds) from 00:00:00.1000000 to 00:10:00.")]
    [InlineData("Sessions:Expiry:Default", "30", "The value '30' is not allowed. Setting: Sessions:Expiry:Default. Fix: Set 'never', or a duration from 00:01:00 to 3650.00:00:00 as [days.]hours:minutes:seconds.")]
    [InlineData("Sessions:Expiry:Default", "00:00:59", "The value '00:00:59' is not allowed. Setting: Sessions:Expiry:Default. Fix: Set 'never', or a duration from 00:01:00 to 3650.00:00:00 as [days.]hours:minutes:seconds.")]
    [InlineData("Sessions:Expiry:Apps:weather", "soon", "One of the values is not allowed. Setting: Sessions:Expiry:Apps. Fix: Set 'never', or a duration from 00:01:00 to 3650.00:00:00 as [days.]hours:minutes:seconds.")]
    public async Task A_setting_that_cannot_work_stops_the_start_with_one_line(string setting, string value, string line)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration[setting] = value;
        builder.AddSessionSettings();
        builder.AddSessionExpiry();
        builder.AddSessionWatch();
        await using var app = builder.Build();

        var error = Assert.ThrowsAny<Exception>(() => app.Services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(line, StartFailure.Explain(error));
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
