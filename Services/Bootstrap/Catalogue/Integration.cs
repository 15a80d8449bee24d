using System.Globalization;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Catalogue;

/// <summary>All that is known about one product that stands behind the services: what it needs, how to ask whether it works, and what to do when not.</summary>
/// <remarks>An entry holds no state; one instance serves every process, test and command.</remarks>
public abstract class Integration
{
    /// <summary>Gets the name, which is also the heading in the runbook.</summary>
    public abstract string Name { get; }

    /// <summary>Gets the name that commands take, for example <c>pub-sub</c>.</summary>
    public string Key => string.Concat(Name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLower(c, CultureInfo.InvariantCulture) : '-'));

    /// <summary>Gets everything that configures it, what it shares with others included.</summary>
    public abstract IReadOnlyList<Setting> Settings { get; }

    /// <summary>Gets the variable that points at an emulator; <see langword="null"/> where there is none.</summary>
    public virtual string? EmulatorVariable => null;

    /// <summary>Gets the OAuth scopes of its tokens; none where it takes no token of Google's.</summary>
    public virtual IReadOnlyList<string> Scopes => [];

    /// <summary>Gets where it answers, for a person.</summary>
    public abstract string Endpoint { get; }

    /// <summary>Gets the APIs to enable in the project.</summary>
    public virtual IReadOnlyList<string> Apis => [];

    /// <summary>Gets the least IAM roles, each with what it is granted on.</summary>
    public virtual IReadOnlyList<string> Roles => [];

    /// <summary>Gets what the probe asks, as a phrase.</summary>
    public abstract string Question { get; }

    /// <summary>Gets what can go wrong, in the order in which it is looked at.</summary>
    public abstract IReadOnlyList<Remedy> Remedies { get; }

    /// <summary>Gets what can go wrong with it as with its like, such as with the login that they share.</summary>
    public virtual IReadOnlyList<Remedy> SharedRemedies => [];

    /// <summary>Asks the product the cheapest question that its clients depend on.</summary>
    /// <exception cref="ServiceException">It does not work; the message says why, and the one step that helps.</exception>
    public abstract Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken);

    /// <summary>Returns what something missing means for this integration.</summary>
    protected NotConfiguredException NotConfigured(string code, string missing, string fix) => new(Name, code, missing, fix);
}

/// <summary>What a probe came to when the product answered.</summary>
/// <param name="Endpoint">Where it answered.</param>
/// <param name="IsEmulator">An emulator answered in its place.</param>
/// <param name="Source">Where the credentials are from, when they are not Google's own.</param>
/// <param name="Note">What is worth knowing though it works, as a sentence.</param>
public sealed record ProbeAnswer(string Endpoint, bool IsEmulator = false, string? Source = null, string? Note = null);
