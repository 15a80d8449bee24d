namespace Runtime.ToolGateway.Plugins.AuditLog;

/// <summary>Which calls are audited.</summary>
public enum AuditedCalls
{
    /// <summary>None.</summary>
    None,

    /// <summary>Calls of tools that may change something.</summary>
    Changes,

    /// <summary>All calls.</summary>
    All,
}

/// <summary>What the audit log says. Bound from <c>Plugins:AuditLog</c>.</summary>
public sealed class AuditLogOptions
{
    public const string Section = "Plugins:AuditLog";

    /// <summary>Gets or sets which calls are audited: <c>None</c>, <c>Changes</c> or <c>All</c>. Default <c>Changes</c>.</summary>
    public AuditedCalls Calls { get; set; } = AuditedCalls.Changes;

    /// <summary>Gets or sets a value indicating whether arguments are logged, those with a telling name left out and long ones cut. Default false: they may be personal data.</summary>
    public bool Arguments { get; set; }

    /// <summary>Gets parts of the names of arguments that are never logged, in any case, beside <c>password</c>, <c>passwd</c>, <c>secret</c>, <c>token</c>, <c>credential</c>, <c>authorization</c>, <c>apikey</c>, <c>api_key</c> and <c>private</c>.</summary>
    public IList<string> Redacted { get; } = [];
}
