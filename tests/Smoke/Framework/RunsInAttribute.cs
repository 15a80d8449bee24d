using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Runtime.Smoke.Framework;

/// <summary>Makes one test of each mode that a theory can run in, its only argument. The mode is a trait and in the name, so every report shows it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RunsInAttribute(params SmokeMode[] modes) : DataAttribute
{
    /// <summary>Name of the trait.</summary>
    public const string Trait = "mode";

    /// <summary>Gets or sets how long one test may take, in milliseconds, with the start of the stack where it is the first.</summary>
    public int Limit { get; set; } = (int)(TestTimeouts.Start + TimeSpan.FromMinutes(1)).TotalMilliseconds;

    public IReadOnlyList<SmokeMode> Modes { get; } = modes;

    public override bool SupportsDiscoveryEnumeration() => true;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        // What nobody asked for does not exist, which is not the same as skipped: nothing is missing. A theory without data would fail.
        var asked = Modes.Where(IsAsked).ToArray();
        IReadOnlyCollection<ITheoryDataRow> rows = [.. (asked.Length > 0 ? asked : Modes).Select(Row)];
        return new(rows);
    }

    private static bool IsAsked(SmokeMode mode) => mode is not SmokeMode.Live || SmokeSettings.AsksForLive;

    private TheoryDataRow<SmokeMode> Row(SmokeMode mode)
    {
        var name = mode.ToString().ToLowerInvariant();
        return new TheoryDataRow<SmokeMode>(mode)
        {
            Explicit = !IsAsked(mode),
            Label = name,
            Timeout = Limit,
        }.WithTrait(Trait, name);
    }
}
