using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runtime.Testing;

/// <summary>An issuer of ID tokens: its key, and the two documents by which OpenID Connect clients find it. Who serves them is the test's affair.</summary>
/// <param name="url">Its address, which is also the <c>iss</c> of its tokens.</param>
public sealed class IdTokenIssuer(string url)
{
    public const string DiscoveryPath = "/.well-known/openid-configuration";
    public const string KeySetPath = "/keys";

    private Key _key = new("first");

    /// <summary>Gets or sets the time that tokens are made at; null for now.</summary>
    public DateTimeOffset? Time { get; set; }

    /// <summary>Returns the document under a path; null where there is none.</summary>
    public string? Document(string path) => path switch
    {
        DiscoveryPath => new JsonObject { ["issuer"] = url, ["jwks_uri"] = url + KeySetPath }.ToJsonString(),
        KeySetPath => new JsonObject { ["keys"] = new JsonArray(_key.ToJson()) }.ToJsonString(),
        _ => null,
    };

    /// <summary>Signs a token that is good for ten minutes, unless the claims say otherwise; a null claim with the name of a standard one leaves it out.</summary>
    public string Sign(string audience, params ReadOnlySpan<(string Name, JsonNode? Value)> claims)
    {
        var now = (Time ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds();
        var payload = new JsonObject { ["iss"] = url, ["aud"] = audience, ["sub"] = "person", ["iat"] = now, ["exp"] = now + 600 };
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
