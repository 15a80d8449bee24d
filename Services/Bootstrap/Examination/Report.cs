namespace Runtime.Bootstrap.Examination;

/// <summary>What all integrations that were asked about came to.</summary>
public sealed record Report(IReadOnlyList<Finding> Findings)
{
    /// <summary>Gets whether everything that is configured works.</summary>
    public bool Works => Findings.All(finding => finding.IsAcceptable);
}
