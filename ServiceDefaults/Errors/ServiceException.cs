using Grpc.Core;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>A failure that a caller is told about, in words meant for that caller.</summary>
/// <remarks>
/// The one exception family of the services. <see cref="ErrorMapping"/> turns it into gRPC status with google.rpc details and into
/// problem JSON. A message has three parts: what happened, with the value in quotes; which setting or field; the one step that helps.
/// It never carries a secret, a connection string or the body of an event.
/// </remarks>
public abstract class ServiceException(string message, StatusCode status, string reason, Exception? inner = null, string? integration = null)
    : Exception(message, inner)
{
    private const string FixMark = " Fix: ";

    /// <summary>Gets the gRPC status that the failure travels as.</summary>
    public StatusCode Status { get; } = status;

    /// <summary>Gets the machine-readable cause, in UPPER_SNAKE_CASE; becomes <c>google.rpc.ErrorInfo.reason</c>.</summary>
    public string Reason { get; } = reason;

    /// <summary>Gets what happened: the message without the step.</summary>
    public virtual string Problem => Split().Problem;

    /// <summary>Gets the one step that helps: what follows <c>Fix:</c> in the message; <see langword="null"/> where it names none.</summary>
    public virtual string? Fix => Split().Fix;

    /// <summary>Gets the integration that this is about, as the runbook calls it, for example <c>Pub/Sub</c>; <see langword="null"/> where it is about none.</summary>
    public string? Integration { get; set; } = integration;

    /// <summary>Gets where the failure is explained: for an integration, its section of the runbook.</summary>
    public string Docs => Integration is null ? "docs/errors.md" : DocsOf(Integration);

    /// <summary>Gets facts a program can act on; becomes <c>google.rpc.ErrorInfo.metadata</c>.</summary>
    public IDictionary<string, string> Facts { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Returns where the runbook explains an integration.</summary>
    // The anchor that Markdown renderers give a heading: lower case, spaces as hyphens, a slash dropped.
    public static string DocsOf(string integration) => "docs/runbook.md#"
        + string.Concat(integration.Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-').Select(c => c is ' ' ? '-' : char.ToLowerInvariant(c)));

    private (string Problem, string? Fix) Split() =>
        Message.LastIndexOf(FixMark, StringComparison.Ordinal) is var at and >= 0 ? (Message[..at], Message[(at + FixMark.Length)..]) : (Message, null);
}
