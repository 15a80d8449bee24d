using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.Spanner;

/// <summary>Whether a tool may write, which can be said in two fields.</summary>
internal static class SpannerReadOnly
{
    public static SpannerSource Apply(Declaration tool, bool? readOnly, ToolAnnotations? annotations, SpannerSource source)
    {
        if (readOnly is { } said && annotations?.ReadOnlyHint is { } hinted && said != hinted)
        {
            tool.Problem("readOnly", $"{tool.Owner} says 'readOnly: {(said ? "true" : "false")}', and the opposite in 'annotations.readOnlyHint'. Fix: leave one of them out.");
        }

        return readOnly ?? annotations?.ReadOnlyHint ?? false ? source.ReadOnly : source;
    }
}
