namespace Runtime.Bootstrap.Catalogue;

/// <summary>What one error of an integration means, and the one step that helps.</summary>
/// <param name="Code">The error's code.</param>
/// <param name="State">What the integration is while that lasts.</param>
/// <param name="Meaning">What happened, as a phrase.</param>
/// <param name="Fix">The step, with <c>&lt;placeholders&gt;</c> for what the error itself fills in.</param>
public sealed record Remedy(string Code, IntegrationState State, string Meaning, string Fix);
