using System.Text.Json;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Plugins.Approval;
using Runtime.ToolGateway.Plugins.AuditLog;
using Runtime.ToolGateway.Plugins.RateLimit;
using Runtime.ToolGateway.Plugins.ReflectAndRetry;
using Runtime.ToolGateway.Plugins.ResultCache;

namespace Runtime.ToolGateway.Tests;

public sealed class ShippedPluginsTests
{
    [Fact]
    public async Task The_audit_log_has_one_line_a_call_without_arguments()
    {
        var log = new ListLogger<AuditLogPlugin>();
        using var fixture = new PluginFixture(new AuditLogPlugin(Options.Create(new AuditLogOptions { Calls = AuditedCalls.All }), log));

        await fixture.CallAsync("echo", """{"text":"private matter"}""");
        await fixture.CallAsync("echo", """{"text":""}""");
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.CallAsync("fail"));

        var lines = log.Entries.Select(entry => entry.Text).ToArray();
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("Audit: test called echo of fake over test: OK in", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("Arguments: not logged", lines[0], StringComparison.Ordinal);
        Assert.Contains("INVALID_ARGUMENT", lines[1], StringComparison.Ordinal);
        Assert.Contains("called fail of fake over test: INTERNAL", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.Contains("private matter", StringComparison.Ordinal) || line.Contains("a secret detail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Late_cancelled_and_refused_calls_are_audited_too()
    {
        var log = new ListLogger<AuditLogPlugin>();
        var audit = new AuditLogPlugin(Options.Create(new AuditLogOptions { Calls = AuditedCalls.All }), log);
        using var limit = new RateLimitPlugin(Options.Create(new RateLimitOptions { Enabled = true, Calls = 2, Window = TimeSpan.FromHours(1) }));
        using var fixture = new PluginFixture(audit, limit);

        await Assert.ThrowsAsync<DeadlineException>(() => fixture.CallAsync("wait"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.CallAsync("wait", new CancellationToken(canceled: true)));
        await Assert.ThrowsAsync<LimitExceededException>(() => fixture.CallAsync("wait"));
        await Assert.ThrowsAsync<UnauthenticatedException>(() => fixture.CallAsync(new CataloguedTool("fake", new Guarded()), TestContext.Current.CancellationToken));

        var outcomes = log.Entries.Select(entry => entry.Text.Split(": ")[2].Split(' ')[0]);
        Assert.Equal(["DEADLINE_EXCEEDED", "CANCELLED", "RATE_LIMITED", "TOKEN_MISSING"], outcomes);
    }

    [Fact]
    public async Task Audited_arguments_hide_what_has_a_telling_name_and_cut_what_is_long()
    {
        var log = new ListLogger<AuditLogPlugin>();
        var options = new AuditLogOptions { Calls = AuditedCalls.All, Arguments = true, Redacted = { "iban" } };
        using var fixture = new PluginFixture(new AuditLogPlugin(Options.Create(options), log));

        await fixture.CallAsync("echo", $$$"""{"text":"{{{new string('x', 500)}}}","labels":{"api_key":"k1","IBAN":"DE0","city":"Ulm"}}""");

        var line = Assert.Single(log.Entries).Text;
        Assert.Contains("""{"api_key":"[redacted]","IBAN":"[redacted]","city":"Ulm"}""", line, StringComparison.Ordinal);
        Assert.Contains("… (500 characters)", line, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('x', 201), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_audit_log_leaves_out_what_only_reads_unless_it_is_asked_for_all()
    {
        var log = new ListLogger<AuditLogPlugin>();
        using var fixture = new PluginFixture(new AuditLogPlugin(Options.Create(new AuditLogOptions()), log));

        await fixture.CallAsync("echo", """{"text":"a"}""");

        Assert.Empty(log.Entries);
    }

    [Fact]
    public async Task A_caller_that_calls_too_often_is_refused_and_another_is_not()
    {
        using var plugin = new RateLimitPlugin(Options.Create(new RateLimitOptions { Enabled = true, Calls = 2, Window = TimeSpan.FromHours(1) }));
        using var fixture = new PluginFixture(plugin);

        await fixture.CallAsync("echo", """{"text":"a"}""");
        await fixture.CallAsync("echo", """{"text":"a"}""");
        var refused = await Assert.ThrowsAsync<LimitExceededException>(() => fixture.CallAsync("echo", """{"text":"a"}"""));

        Assert.Equal("RATE_LIMITED", refused.Reason);
        Assert.False((await fixture.CallAsync("echo", """{"text":"a"}""", caller: "another")).IsError);
        Assert.False((await fixture.CallAsync("count", """{"to":1}""")).IsError);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "APPROVAL_DECLINED")]
    [InlineData(null, "APPROVAL_REQUIRED")]
    public async Task A_destructive_call_needs_a_person_who_says_yes(bool? answer, string? code)
    {
        using var fixture = new PluginFixture(new ApprovalPlugin(Options.Create(new ApprovalOptions { Enabled = true }), TimeProvider.System));
        var person = answer is { } known ? new Person(known) : null;

        if (code is null)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.CallAsync("fail", approver: person));
        }
        else
        {
            Assert.Equal(code, (await fixture.CallAsync("fail", approver: person)).ErrorCode);
        }

        Assert.Equal(answer is null ? null : "fail", person?.Asked);
    }

    [Fact]
    public async Task A_person_has_their_own_time_to_answer_and_no_more_than_that()
    {
        var options = new ApprovalOptions { Enabled = true, Timeout = TimeSpan.FromMilliseconds(50) };
        using var fixture = new PluginFixture(new ApprovalPlugin(Options.Create(options), TimeProvider.System));

        Assert.Equal("APPROVAL_EXPIRED", (await fixture.CallAsync("fail", approver: new Nobody())).ErrorCode);
    }

    [Fact]
    public async Task A_tool_that_only_reads_or_is_trusted_needs_no_approval()
    {
        using var fixture = new PluginFixture(new ApprovalPlugin(Options.Create(new ApprovalOptions { Enabled = true, Trusted = { "fail" } }), TimeProvider.System));

        Assert.False((await fixture.CallAsync("echo", """{"text":"a"}""")).IsError);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.CallAsync("fail"));
    }

    [Fact]
    public async Task A_read_is_answered_again_from_the_cache_and_other_arguments_are_not()
    {
        using var cache = new ResultCachePlugin(Options.Create(new ResultCacheOptions { Enabled = true }));
        using var fixture = new PluginFixture(cache);

        var first = await fixture.CallAsync("count", """{"to":3}""");
        var again = await fixture.CallAsync("count", """{ "to": 3 }""");
        var other = await fixture.CallAsync("count", """{"to":4}""");

        Assert.Same(first, again);
        Assert.NotSame(first, other);
    }

    [Fact]
    public async Task Failures_in_a_row_are_counted_with_guidance_and_success_starts_anew()
    {
        using var plugin = new ReflectAndRetryPlugin(Options.Create(new ReflectAndRetryOptions { Enabled = true, MaxRetries = 2 }));
        using var fixture = new PluginFixture(plugin);

        var first = (await fixture.CallAsync("echo", "{}")).ToJson();
        var second = (await fixture.CallAsync("echo", "{}")).ToJson();
        await fixture.CallAsync("echo", """{"text":"a"}""");
        var anew = (await fixture.CallAsync("echo", "{}")).ToJson();

        Assert.Equal("ERROR_HANDLED_BY_REFLECT_AND_RETRY_PLUGIN", (string?)first["response_type"]);
        Assert.Equal("INVALID_ARGUMENT", (string?)first["error_type"]);
        Assert.Contains("'text' is missing", (string?)first["error_details"], StringComparison.Ordinal);
        Assert.Equal([1, 2, 1], new[] { first, second, anew }.Select(answer => (int)answer["retry_count"]!));
        Assert.NotEmpty((string)first["reflection_guidance"]!);
    }

    [Theory]
    [InlineData(true, "INVALID_ARGUMENT", null)]
    [InlineData(false, "INVALID_ARGUMENT", 2)]
    public async Task After_the_last_retry_the_failure_comes_out_or_says_to_stop(bool throws, string code, int? count)
    {
        using var plugin = new ReflectAndRetryPlugin(Options.Create(new ReflectAndRetryOptions { Enabled = true, MaxRetries = 1, ThrowWhenExceeded = throws }));
        using var fixture = new PluginFixture(plugin);

        await fixture.CallAsync("echo", "{}");
        var last = await fixture.CallAsync("echo", "{}");

        Assert.Equal(code, last.ErrorCode);
        Assert.Equal(count, (int?)last.ToJson()["retry_count"]);
    }

    private sealed class Person(bool answer) : IApprover
    {
        public string? Asked { get; private set; }

        public Task<bool> ApproveAsync(string question, CancellationToken cancellationToken)
        {
            Asked = question.Split('\'')[1];
            return Task.FromResult(answer);
        }
    }

    /// <summary>A tool for callers with a token, of whom there are none.</summary>
    private sealed class Guarded : ITool, IAuthService
    {
        public ToolDescription Description => new("guarded", "Guarded", "For some.", ToolEffects.Reads, [])
        {
            AuthRequired = [Name],
            AuthServices = new Dictionary<string, IAuthService> { [Name] = this },
        };

        public string Name => "door";

        public Task<JsonElement> VerifyAsync(string token, CancellationToken cancellationToken) => throw new InvalidOperationException("unreachable");

        public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken) => throw new InvalidOperationException("unreachable");
    }

    private sealed class Nobody : IApprover
    {
        public async Task<bool> ApproveAsync(string question, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return false;
        }
    }
}
