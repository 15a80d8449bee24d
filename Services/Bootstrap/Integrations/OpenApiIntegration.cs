using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Integrations;

/// <summary>A service that an OpenAPI document describes.</summary>
public sealed partial class OpenApiIntegration : Integration
{
    private const string Section = $"{GoogleVariables.Section}:OpenAPI";

    private static readonly Setting Spec = new("path or address of the OpenAPI document, JSON or YAML", $"{Section}:Spec") { Sample = "./petstore.yaml" };

    private static readonly Setting Credentials = new("credential of one security scheme, by the scheme's name", $"{Section}:Credentials{Setting.AnyKey}")
    {
        IsSecret = true,
        Sample = "<key or token>",
    };

    private static readonly Setting ClientId = new("OAuth client that asks for tokens", $"{Section}:OAuthClientId") { Sample = "<client-id>" };

    private static readonly Setting ClientSecret = new("its secret", $"{Section}:OAuthClientSecret") { IsSecret = true, Sample = "<client-secret>" };

    public override string Name => "OpenAPI";

    public override IReadOnlyList<Setting> Settings => [Spec, Credentials, ClientId, ClientSecret];

    public override string Endpoint => "the first server of the document";

    public override string Question => "the document, which is read and checked; the service itself is not called";

    public override IReadOnlyList<Remedy> Remedies { get; } =
    [
        new("OPENAPI_SPEC_MISSING", IntegrationState.NotConfigured, "no document is named, or there is none", $"export {Spec.Variable}=<path or address>"),
        new("OPENAPI_SPEC_UNREACHABLE", IntegrationState.Unreachable, "the address of the document does not answer", "curl -sSI <address> shows what answers there"),
        new("OPENAPI_SPEC_INVALID", IntegrationState.Invalid, "the document cannot be read; the text says where", "correct the line in the text"),
        new("OPENAPI_CREDENTIAL_MISSING", IntegrationState.Invalid, "the document requires a security scheme that has no credential", $"export {Setting.VariableOf($"{Section}:Credentials:<scheme>")}=<credential>"),
        new("OAUTH_CLIENT_NOT_CONFIGURED", IntegrationState.Invalid, "the document requires OAuth, and there is no client", $"export {ClientId.Variable}=<client-id>"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var place = preflight.Settings.Get(Spec)
            ?? throw NotConfigured("OPENAPI_SPEC_MISSING", "No OpenAPI document is named.", $"export {Spec.Variable}=<path or address>");
        var document = Parse(place, await ReadAsync(preflight, place, cancellationToken));
        CheckCredentials(preflight, document);
        return new(document.Servers is [{ Url: { } url }, ..] ? url : Secrets.Mask(place));
    }

    private async Task<string> ReadAsync(Preflight preflight, string place, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(place, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            var path = place.StartsWith("file://", StringComparison.Ordinal) ? new Uri(place).LocalPath : place;
            return File.Exists(path)
                ? await File.ReadAllTextAsync(path, cancellationToken)
                : throw NotConfigured("OPENAPI_SPEC_MISSING", $"There is no OpenAPI document '{path}'.", $"export {Spec.Variable}=<path or address>");
        }

        try
        {
            return await preflight.Http.GetStringAsync(address, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            var shown = Secrets.Mask(place);
            throw new UnavailableException(
                $"The OpenAPI document at '{shown}' cannot be fetched{(error.StatusCode is { } status ? $": HTTP status {(int)status}" : "")}. Fix: curl -sSI {shown}",
                reason: "OPENAPI_SPEC_UNREACHABLE", inner: error) { Integration = Name };
        }
    }

    private OpenApiDocument Parse(string place, string text)
    {
        var reading = new OpenApiReaderSettings();
        reading.AddYamlReader();
        string? problem;
        try
        {
            var result = OpenApiDocument.Parse(text, text.TrimStart().StartsWith('{') ? OpenApiConstants.Json : OpenApiConstants.Yaml, reading);
            if (result is { Document: { } document, Diagnostic: null or { Errors: [] } })
            {
                return document;
            }

            problem = result.Diagnostic?.Errors is [var first, ..] ? $"{first.Message}{(string.IsNullOrEmpty(first.Pointer) ? "" : $" ({first.Pointer})")}" : "it is no OpenAPI document";
        }
#pragma warning disable CA1031 // A text that is no mapping at all makes the reader stumble over itself, with any exception, and then its words say nothing.
        catch (Exception error)
#pragma warning restore CA1031
        {
            problem = error is OpenApiException or System.Text.Json.JsonException or InvalidOperationException or FormatException ? error.Message : "it is no OpenAPI document";
        }

        throw NotConfigured("OPENAPI_SPEC_INVALID", $"The OpenAPI document '{Secrets.Mask(place)}' cannot be read: {problem.TrimEnd('.')}.",
            LineOf(problem) is { } line ? $"correct line {line} of the document" : "correct the document there");
    }

    /// <summary>Finds the line that the readers of YAML and JSON tell of in words: "at line 5, column 1", and counted from none "LineNumber: 4".</summary>
    private static int? LineOf(string problem) => Place().Match(problem) is not { Success: true } place ? null
        : place.Groups["yaml"] is { Success: true } yaml ? int.Parse(yaml.Value, CultureInfo.InvariantCulture)
        : int.Parse(place.Groups["json"].Value, CultureInfo.InvariantCulture) + 1;

    [GeneratedRegex("at line (?<yaml>[0-9]{1,9})|LineNumber: (?<json>[0-9]{1,9})")]
    private static partial Regex Place();

    /// <summary>The document's own requirement is one of several alternatives; one that can be met is enough.</summary>
    private void CheckCredentials(Preflight preflight, OpenApiDocument document)
    {
        var given = SettingsSnapshot.GetMany(preflight.Configuration, Credentials);
        var hasClient = preflight.Settings[ClientId].IsSet && preflight.Settings[ClientSecret].IsSet;
        NotConfiguredException? missing = null;
        foreach (var alternative in document.Security ?? [])
        {
            var unmet = alternative.Keys.FirstOrDefault(scheme => !given.ContainsKey(scheme.Reference.Id ?? "") && !(IsOAuth(scheme) && hasClient));
            if (unmet is null)
            {
                return;
            }

            missing ??= IsOAuth(unmet)
                ? NotConfigured(
                    "OAUTH_CLIENT_NOT_CONFIGURED", $"The OpenAPI document requires OAuth ('{unmet.Reference.Id}'), and there is no client.",
                    preflight.Settings[ClientId].IsSet ? $"export {ClientSecret.Variable}=<client-secret>" : $"export {ClientId.Variable}=<client-id>")
                : NotConfigured(
                    "OPENAPI_CREDENTIAL_MISSING", $"The OpenAPI document requires '{unmet.Reference.Id}', which has no credential.",
                    $"export {Setting.VariableOf($"{Section}:Credentials:{unmet.Reference.Id}")}=<credential>");
        }

        if (missing is not null)
        {
            throw missing;
        }
    }

    private static bool IsOAuth(OpenApiSecuritySchemeReference scheme) => scheme.Type is SecuritySchemeType.OAuth2 or SecuritySchemeType.OpenIdConnect;
}
