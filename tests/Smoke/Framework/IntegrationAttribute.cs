using Xunit.v3;

namespace Runtime.Smoke.Framework;

/// <summary>Names the integration that a suite proves. Every suite has one.</summary>
/// <param name="key">The key in the integration catalogue, as <c>doctor --only</c> takes it; a name of its own for what is no integration.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class IntegrationAttribute(string key) : Attribute, ITraitAttribute
{
    /// <summary>Name of the trait that a run chooses suites by.</summary>
    public const string Trait = "integration";

    public string Key { get; } = key;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, Key)];
}
