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
        IReadOnlyCollection<ITheoryDataRow> rows = [.. Modes.Select(Row)];
        return new(rows);
    }

    private TheoryDataRow<SmokeMode> Row(SmokeMode mode)
    {
        var name = mode.ToString().ToLowerInvariant();
        return new TheoryDataRow<SmokeMode>(mode)
        {
            // What nobody asked for is not run, which is not the same as skipped: nothing is missing.
            Explicit = mode is SmokeMode.Live && !SmokeSettings.AsksForLive,
            Label = name,
            Timeout = Limit,
        }.WithTrait(Trait, name);
    }
}
