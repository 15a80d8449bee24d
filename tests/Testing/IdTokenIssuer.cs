using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Runtime.Testing;

/// <summary>An issuer of ID tokens on loopback, with OpenID Connect discovery and a key set. Its keys live as long as it does.</summary>
public sealed class IdTokenIssuer : IAsyncDisposable
{
    private const string KeySetPath = "/keys";

    private readonly WebApplication _application;
    private Key _key = new("first");
    private int _keySetReads;

    private IdTokenIssuer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.MapGet("/.well-known/openid-configuration", () => new JsonObject
        {
            ["issuer"] = Url,
            ["jwks_uri"] = KeySetUrl,
        }.ToJsonString());
        _application.MapGet(KeySetPath, (HttpContext context) =>
        {
            Interlocked.Increment(ref _keySetReads);
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray(_key.ToJson()) }.ToJsonString());
        });
    }

    /// <summary>Gets its address, which is also the <c>iss</c> of its tokens.</summary>
    public string Url => _application.Urls.First();

    /// <summary>Gets where its key set is.</summary>
    public string KeySetUrl => Url + KeySetPath;

    /// <summary>Gets how often the key set was asked for.</summary>
    public int KeySetReads => _keySetReads;

    public static async Task<IdTokenIssuer> StartAsync(CancellationToken cancellationToken)
    {
        var issuer = new IdTokenIssuer();
        await issuer._application.StartAsync(cancellationToken);
        return issuer;
    }

    /// <summary>Signs a token that is good for ten minutes, unless the claims say otherwise; a null claim with the name of a standard one leaves it out.</summary>
    public string Sign(string audience, params ReadOnlySpan<(string Name, JsonNode? Value)> claims)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var payload = new JsonObject { ["iss"] = Url, ["aud"] = audience, ["sub"] = "person", ["iat"] = now, ["exp"] = now + 600 };
        foreach (var (name, value) in claims)
        {
            if (value is null && payload.ContainsKey(name))
            {
                payload.Remove(name);
            }
            else
            {
                payload[name] = value?.DeepClone();
            }
        }

        return _key.Sign(payload);
    }

    /// <summary>Makes a new key: what was signed before is no longer in the key set.</summary>
    public void Rotate() => _key = new(Guid.NewGuid().ToString("n"));

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private sealed class Key(string id)
    {
        private readonly RSA _pair = RSA.Create(2048);

        public JsonObject ToJson()
        {
            var parameters = _pair.ExportParameters(includePrivateParameters: false);
            return new()
            {
                ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = id, ["n"] = Encode(parameters.Modulus), ["e"] = Encode(parameters.Exponent),
            };
        }

        public string Sign(JsonObject payload)
        {
            var header = new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = id };
            var text = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(payload))}";
            return $"{text}.{Encode(_pair.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
    }
}
