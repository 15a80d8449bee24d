using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;
using Runtime.ToolGateway.Credentials;

namespace Runtime.ToolGateway.Tests;

/// <summary>Which tokens are believed.</summary>
public sealed class AuthServiceTests : IDisposable
{
    private const string Url = "https://issuer.example";
    private const string Audience = "gateway";

    private readonly SettableTime _time = new();
    private readonly IdTokenIssuer _issuer = new(Url);
    private readonly IssuerHandler _handler;
    private readonly IAuthService _service;

    public AuthServiceTests()
    {
        _issuer.Time = _time.Now;
        _handler = new(_issuer);
        _service = Factory().Generic("people", Audience, new(Url));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claims_of_a_good_token_come_as_they_are_in_it()
    {
        var claims = await VerifyAsync(_issuer.Sign(Audience, ("email", "ada@example.com"), ("number", 7), ("roles", new JsonArray("a", "b"))));

        Assert.Equal("ada@example.com", claims["email"]!.ToString());
        Assert.Equal(7, claims["number"]!.GetValue<long>());
        Assert.Equal("""["a","b"]""", claims["roles"]!.ToJsonString());
    }

    [Fact]
    public async Task One_audience_of_several_suffices() =>
        await VerifyAsync(_issuer.Sign(Audience, ("aud", new JsonArray("another", Audience))));

    [Theory]
    [InlineData("aud", "another")]
    [InlineData("iss", "https://another.example")]
    [InlineData("exp", null)]
    [InlineData("exp", "soon")]
    public async Task A_token_with_a_wrong_claim_is_refused(string claim, string? value) =>
        await RefusedAsync(_issuer.Sign(Audience, (claim, value)));

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task What_is_no_token_is_refused_without_being_repeated(string token)
    {
        var error = await RefusedAsync(token);

        Assert.Contains("people_token", error.Message, StringComparison.Ordinal);
        Assert.True(token.Length is 0 || !error.ToString().Contains($"'{token}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_was_changed_is_refused()
    {
        var token = _issuer.Sign(Audience).Split('.');
        var other = _issuer.Sign(Audience, ("email", "eve@example.com")).Split('.');

        await RefusedAsync($"{token[0]}.{other[1]}.{token[2]}");
    }

    [Fact]
    public async Task A_secret_in_place_of_a_key_pair_signs_nothing()
    {
        // The header says HMAC, and the "secret" would be the public key.
        var token = _issuer.Sign(Audience).Split('.');

        await RefusedAsync($"eyJhbGciOiJIUzI1NiIsImtpZCI6ImZpcnN0In0.{token[1]}.{token[2]}");
    }

    [Fact]
    public async Task A_token_ends_when_it_says_give_or_take_the_difference_of_clocks()
    {
        var token = _issuer.Sign(Audience, ("exp", (_time.Now + TimeSpan.FromMinutes(5)).ToUnixTimeSeconds()));

        _time.Now += TimeSpan.FromMinutes(5) + OpenIdAuthService.ClockSkew - TimeSpan.FromSeconds(1);
        await VerifyAsync(token);
        _time.Now += TimeSpan.FromSeconds(2);
        await RefusedAsync(token);
    }

    [Fact]
    public async Task A_token_does_not_begin_before_it_says() =>
        await RefusedAsync(_issuer.Sign(Audience, ("nbf", (_time.Now + TimeSpan.FromMinutes(3)).ToUnixTimeSeconds())));

    [Fact]
    public async Task Keys_are_read_once_for_many_tokens()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => VerifyAsync(_issuer.Sign(Audience))));

        Assert.Equal(1, _handler.KeySetReads);
    }

    [Fact]
    public async Task A_key_that_came_later_is_found_by_the_first_token_that_it_signed()
    {
        await VerifyAsync(_issuer.Sign(Audience));
        _issuer.Rotate();
        _time.Now += OpenIdIssuer.UnknownKeyPause;

        await VerifyAsync(_issuer.Sign(Audience));
    }

    [Fact]
    public async Task Made_up_keys_do_not_make_the_issuer_busy()
    {
        var stranger = new IdTokenIssuer(Url) { Time = _time.Now };
        await VerifyAsync(_issuer.Sign(Audience));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            stranger.Rotate();
            await RefusedAsync(stranger.Sign(Audience));
        }

        Assert.Equal(1, _handler.KeySetReads);
    }

    [Fact]
    public async Task A_key_that_was_withdrawn_is_forgotten_in_an_hour()
    {
        var token = _issuer.Sign(Audience, ("exp", (_time.Now + TimeSpan.FromDays(1)).ToUnixTimeSeconds()));
        await VerifyAsync(token);
        _issuer.Rotate();
        _time.Now += OpenIdIssuer.KeyLifetime;

        await RefusedAsync(token);
    }

    [Fact]
    public async Task An_issuer_that_does_not_answer_is_unavailable_and_asked_again_by_the_next_call()
    {
        _handler.IsDown = true;
        var error = await Assert.ThrowsAsync<UnavailableException>(() => VerifyAsync(_issuer.Sign(Audience)));
        Assert.Equal("TOKEN_ISSUER_UNAVAILABLE", error.Reason);
        Assert.Contains(Url, error.Message, StringComparison.Ordinal);

        _handler.IsDown = false;
        await VerifyAsync(_issuer.Sign(Audience));
    }

    [Fact]
    public async Task Google_may_name_itself_without_the_scheme()
    {
        var google = Factory().Google("google", Audience, new(Url));

        await google.VerifyAsync(_issuer.Sign(Audience), Cancellation);
        await google.VerifyAsync(_issuer.Sign(Audience, ("iss", "accounts.google.com")), Cancellation);
    }

    public void Dispose() => _handler.Dispose();

    private AuthServiceFactory Factory() => new(new OneHandler(_handler), _time, NullLogger<AuthServiceFactory>.Instance);

    private async Task<JsonObject> VerifyAsync(string token) => JsonNode.Parse((await _service.VerifyAsync(token, Cancellation)).GetRawText())!.AsObject();

    private Task<UnauthenticatedException> RefusedAsync(string token) =>
        Assert.ThrowsAsync<UnauthenticatedException>(() => _service.VerifyAsync(token, Cancellation));

    private sealed class SettableTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Answers as the issuer's server would.</summary>
    private sealed class IssuerHandler(IdTokenIssuer issuer) : HttpMessageHandler
    {
        private int _keySetReads;

        public bool IsDown { get; set; }

        public int KeySetReads => _keySetReads;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            if (path is IdTokenIssuer.KeySetPath)
            {
                Interlocked.Increment(ref _keySetReads);
            }

            return Task.FromResult(IsDown || issuer.Document(path) is not { } document
                ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(document) });
        }
    }

    private sealed class OneHandler(HttpMessageHandler handler) : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(handler, disposeHandler: false);
    }
}
