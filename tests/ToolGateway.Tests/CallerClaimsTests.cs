using System.Text.Json;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;

namespace Runtime.ToolGateway.Tests;

/// <summary>Which callers a tool lets in, and whose claims become its arguments.</summary>
public sealed class CallerClaimsTests
{
    private static readonly ToolDescription Guarded = Tool([], "first", "second");

    private static readonly ToolDescription Named = Tool([new("first", "name"), new("second", "nickname")]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("first")]
    [InlineData("second")]
    public async Task One_of_the_services_suffices(string service) => Assert.Equal([service], (await VerifyAsync(Guarded, (service, "{}"))).Keys);

    [Fact]
    public async Task A_bad_token_does_not_shut_out_who_has_a_good_one() =>
        Assert.Equal(["second"], (await VerifyAsync(Guarded, ("first", "bad"), ("second", "{}"))).Keys);

    [Fact]
    public async Task Without_a_token_the_headers_are_named()
    {
        var error = await Assert.ThrowsAsync<UnauthenticatedException>(() => VerifyAsync(Guarded));

        Assert.Equal("TOKEN_MISSING", error.Reason);
        Assert.Contains("first_token, second_token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_bad_tokens_alone_the_first_says_what_is_wrong() =>
        Assert.Equal("TOKEN_INVALID", (await Assert.ThrowsAsync<UnauthenticatedException>(() => VerifyAsync(Guarded, ("first", "bad")))).Reason);

    [Fact]
    public async Task A_parameter_from_a_token_needs_one_as_well() =>
        Assert.Contains("'who'", (await Assert.ThrowsAsync<UnauthenticatedException>(() => VerifyAsync(Named))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"name":"Ada"}""", """{"nickname":"Countess"}""", "Ada")]
    [InlineData(null, """{"nickname":"Countess"}""", "Countess")]
    public async Task The_first_service_that_knows_the_caller_supplies_the_argument(string? first, string second, string expected)
    {
        var claims = await VerifyAsync(Named, first is null ? [("second", second)] : [("first", first), ("second", second)]);

        Assert.Empty(ArgumentValidator.Validate(Named, JsonElement.Parse("""{"who":"Eve"}"""), claims, out var accepted));
        Assert.Equal(expected, accepted.Text("who"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"name":null}""")]
    public async Task A_claim_that_is_missing_is_not_taken_from_another_token(string first)
    {
        var claims = await VerifyAsync(Named, ("first", first), ("second", """{"nickname":"Countess"}"""));

        var error = Assert.Throws<UnauthenticatedException>(() => ArgumentValidator.Validate(Named, JsonElement.Parse("{}"), claims, out _));
        Assert.Equal("CLAIM_MISSING", error.Reason);
    }

    private static ToolDescription Tool(ClaimSource[] who, params string[] authRequired) => new(
        "tool", "Tool", "A tool.", ToolEffects.Reads,
        who.Length is 0 ? [] : [new("who", ParameterKind.String, "The caller.") { Required = true, AuthServices = who }])
    {
        AuthRequired = authRequired,
        AuthServices = new[] { new Service("first"), new Service("second") }.ToDictionary(service => service.Name, IAuthService (service) => service),
        IgnoresUnknownArguments = true,
    };

    private static async Task<Dictionary<string, JsonElement>> VerifyAsync(ToolDescription tool, params (string Service, string Token)[] tokens)
    {
        var headers = tokens.ToDictionary(token => $"{token.Service}_token", token => token.Token);
        return await CallerClaims.VerifyAsync(tool, new() { Protocol = "test", Caller = "test", Header = headers.GetValueOrDefault }, Cancellation);
    }

    /// <summary>Takes a token for its claims.</summary>
    private sealed class Service(string name) : IAuthService
    {
        public string Name => name;

        public Task<JsonElement> VerifyAsync(string token, CancellationToken cancellationToken) => token is "bad"
            ? throw new UnauthenticatedException("A bad token.", "TOKEN_INVALID")
            : Task.FromResult(JsonElement.Parse(token));
    }
}
