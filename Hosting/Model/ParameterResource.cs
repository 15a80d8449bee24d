using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Runtime.Hosting;

/// <summary>A value that comes from outside the graph: configuration, user secrets, environment, or generated once.</summary>
public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name), IValueProvider, IManifestExpressionProvider
{
    /// <summary>Gets a value indicating whether the value must never be shown.</summary>
    public bool Secret { get; } = secret;

    public ParameterDefault? Default { get; set; }

    public string ValueExpression => $"{{{Name}.value}}";

    /// <summary>Returns the value.</summary>
    /// <exception cref="MissingParameterValueException">No source has one.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(callback(Default));

    /// <summary>Reads the configuration, then falls back to the default.</summary>
    internal static Func<ParameterDefault?, string> FromConfiguration(IConfiguration configuration, string name, string key) => fallback =>
        configuration[key] ?? fallback?.GetDefaultValue() ?? throw new MissingParameterValueException(name, key);
}

/// <summary>A parameter has no value anywhere.</summary>
public sealed class MissingParameterValueException(string parameter, string key) : Exception(
    $"Parameter '{parameter}' has no value. Setting: {key}. Fix: dotnet user-secrets set \"{key}\" <value> --project AppHost");

/// <summary>Where a parameter's value comes from when nobody gave one.</summary>
public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();
}

/// <summary>A random value from letters and digits, made once.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz0123456789";

    /// <summary>Gets or sets the length. Default 22, which is 128 bits of randomness.</summary>
    public int MinLength { get; set; } = 22;

    public override string GetDefaultValue() => RandomNumberGenerator.GetString(Alphabet, MinLength);
}

/// <summary>Keeps a generated value in the user secrets of the AppHost, so that the next run has the same one.</summary>
internal sealed class PersistedParameterDefault(ParameterDefault inner, IConfiguration configuration, UserSecretsStore secrets, string key) : ParameterDefault
{
    private readonly Lock _gate = new();
    private string? _value;

    public ParameterDefault Inner => inner;

    public override string GetDefaultValue()
    {
        lock (_gate)
        {
            return _value ??= secrets.GetOrAdd(key, () => configuration[key] ?? inner.GetDefaultValue());
        }
    }
}
