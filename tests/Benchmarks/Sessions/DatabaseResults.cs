using Runtime.Benchmarks.Bare;
using Runtime.Benchmarks.Load;

namespace Runtime.Benchmarks.Sessions;

/// <summary>Everything measured on one database.</summary>
/// <param name="database">The word for it on the command line.</param>
/// <param name="version">The product with its version.</param>
internal sealed class DatabaseResults(string database, string version)
{
    private readonly Dictionary<(string Case, string Subject), List<Measurement>> _rounds = [];
    private readonly Dictionary<(string Case, string Subject), string> _failures = [];

    public string Database { get; } = database;

    public string Version { get; } = version;

    /// <summary>Gets the cases that were measured, in order.</summary>
    public List<SessionCase> Cases { get; } = [];

    /// <summary>Gets the names of the subjects; what is judged is the first, the cheapest floor or the native API the second.</summary>
    public required IReadOnlyList<string> Subjects { get; init; }

    /// <summary>Gets the name of the peer; <see langword="null"/> when there was none.</summary>
    public required string? Peer { get; init; }

    public void Add(SessionCase asked, ISubject subject, Measurement round)
    {
        if (!_rounds.TryGetValue((asked.Name, subject.Name), out var rounds))
        {
            _rounds[(asked.Name, subject.Name)] = rounds = [];
        }

        rounds.Add(round);
    }

    /// <summary>Notes why a subject has no number for a case.</summary>
    public void Fail(SessionCase asked, ISubject subject, string reason) => _failures[(asked.Name, subject.Name)] = reason;

    /// <summary>Why a subject has no number for a case; <see langword="null"/> when it has one.</summary>
    public string? FailureOf(string asked, string subject) => _failures.GetValueOrDefault((asked, subject));

    /// <summary>The rounds of one case and subject summed up; <see langword="null"/> when there is none.</summary>
    public Summary? Of(string asked, string subject) =>
        FailureOf(asked, subject) is null && _rounds.TryGetValue((asked, subject), out var rounds) ? Summary.Of(rounds) : null;

    /// <summary>The ratio that a target is about; <see langword="null"/> when one side of it was not measured.</summary>
    public double? RatioOf(Target target)
    {
        var below = target.Against switch
        {
            Against.Floor or Against.NativeApi => Of(target.Case, Subjects[1]),
            Against.BareService => Of(target.Case, BareService.Name),
            Against.Peer => Peer is null ? null : Of(target.Case, Peer),
            _ => Of(target.Other!, Subjects[0]),
        };
        return Of(target.Case, Subjects[0])?.Median.PerSecond / below?.Median.PerSecond;
    }
}
