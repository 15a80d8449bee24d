using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.V1;

namespace Runtime.Bootstrap.Readiness;

/// <summary>Says a report in the words of the API; commands and HTTP say the same in JSON.</summary>
public static class Answers
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());

    public static CheckResponse Of(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new() { Works = report.Works, Integrations = { report.Findings.Select(Of) } };
    }

    public static string Json(Report report) => Formatter.Format(Of(report));

    private static V1.Integration Of(Finding finding) => new()
    {
        Name = finding.Integration.Name,
        Key = finding.Integration.Key,
        // The same names in the same order, after "unspecified".
        State = (V1.Integration.Types.State)((int)finding.State + 1),
        Wanted = finding.IsWanted,
        Code = finding.Code ?? "",
        Missing = finding.Missing ?? "",
        Fix = finding.Fix ?? "",
        Docs = finding.Docs ?? "",
        Endpoint = finding.Endpoint ?? "",
        Project = finding.Project ?? "",
        QuotaProject = finding.QuotaProject ?? "",
        Principal = finding.Principal ?? "",
        CredentialsSource = finding.CredentialsSource ?? "",
        Note = finding.Note ?? "",
        ProjectSource = finding.ProjectSource ?? "",
        Scopes = { finding.Token?.Scopes ?? [] },
        TokenExpires = finding.Token?.Expires is { } expires ? Timestamp.FromDateTimeOffset(expires) : null,
        Latency = Duration.FromTimeSpan(finding.Latency),
        Settings =
        {
            finding.Settings.Select(value => new V1.Setting { Name = value.Setting.Variable, Value = value.Shown ?? "", Source = value.Source }),
        },
    };
}
