using Google.Rpc;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Says a failed call of a Google product in the one error family, with the one step that most likely helps.</summary>
/// <remarks>Reasons and metadata of the details follow https://google.aip.dev/193.</remarks>
public static class UpstreamFailures
{
    /// <param name="login">Who called; <see langword="null"/> for a call without credentials.</param>
    public static ServiceException Explain(RpcException error, GoogleProduct product, GoogleEndpoint endpoint, GoogleLogin? login)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(product);
        ArgumentNullException.ThrowIfNull(endpoint);

        var explained = Explain(error, Sentence(error.Status.Detail), product, endpoint, login);
        explained.Integration = product.Name;
        return explained;
    }

    /// <summary>The one step that gives a login new life.</summary>
    public static string Renewal(GoogleLogin? login) => login?.Kind switch
    {
        LoginKind.Token when login.Source is CredentialSearch.OwnToken => "send the call with a token that has not ended",
        LoginKind.Token => "export GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)",
        LoginKind.ServiceAccountKey => $"gcloud iam service-accounts keys create <file> --iam-account={login.Principal ?? "<account>"}",
        LoginKind.Metadata => "gcloud iam service-accounts enable " + (login.Principal ?? "<account>"),
        _ when login?.Source is "gcloud auth login" => "gcloud auth login",
        _ => CredentialSearch.Login,
    };

    private static ServiceException Explain(RpcException error, string detail, GoogleProduct product, GoogleEndpoint endpoint, GoogleLogin? login) =>
        error.StatusCode switch
        {
            // Another program has the port: gRPC reports its HTTP status as if the product had said it.
            _ when endpoint.IsEmulator && detail.StartsWith("Bad gRPC response", StringComparison.Ordinal) => new UnavailableException(
                $"What answers at '{endpoint.Authority}' is not the {product.Name} emulator. Setting: {product.EmulatorVariable}. Fix: {Command(product, endpoint)}",
                reason: $"{product.Code}_EMULATOR_UNREACHABLE",
                inner: error),
            StatusCode.Unavailable when endpoint.IsEmulator => new UnavailableException(
                $"The {product.Name} emulator at '{endpoint.Authority}' does not answer. Setting: {product.EmulatorVariable}. "
                + $"Fix: {Command(product, endpoint)}",
                reason: $"{product.Code}_EMULATOR_UNREACHABLE",
                inner: error),
            StatusCode.Unavailable => new UnavailableException($"{product.Name} at '{endpoint.Authority}' does not answer. Fix: try again.", inner: error),
            StatusCode.DeadlineExceeded => new DeadlineException(
                $"{product.Name} at '{endpoint.Authority}' did not finish in time. Fix: ask for less, or try again.", inner: error),
            StatusCode.NotFound => new NotFoundException(detail, $"{product.Code}_NOT_FOUND", error),
            StatusCode.AlreadyExists => new AlreadyExistsException(detail, $"{product.Code}_ALREADY_EXISTS", error),
            StatusCode.InvalidArgument when ReasonOf(error) is "API_KEY_INVALID" => new UnauthenticatedException(
                $"{product.Name} does not accept the API key. Fix: export GEMINI_API_KEY=<key>", "MODEL_KEY_INVALID", error),
            StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition =>
                new UpstreamException(detail, error.StatusCode, $"{product.Code}_REFUSED", error),
            StatusCode.Aborted => new StaleException(detail, $"{product.Code}_ABORTED", error),
            StatusCode.ResourceExhausted => new LimitExceededException(detail, $"{product.Code}_LIMIT_EXCEEDED", error),
            StatusCode.Unimplemented => new NotSupportedHereException(
                $"{(endpoint.IsEmulator ? $"The {product.Name} emulator" : product.Name)} does not offer this call: {detail}", inner: error),
            StatusCode.Unauthenticated when login?.Kind is LoginKind.Token => new UnauthenticatedException(
                $"{product.Name} does not accept the access token. Fix: {Renewal(login)}",
                "ACCESS_TOKEN_EXPIRED",
                error),
            StatusCode.Unauthenticated => new UnauthenticatedException(
                $"{product.Name} does not accept the login. Fix: {Renewal(login)}", "CREDENTIALS_EXPIRED", error),
            StatusCode.PermissionDenied => Denied(error, product, login),
            _ => new UpstreamException($"{product.Name} failed: {detail}", StatusCode.Internal, $"{product.Code}_FAILED", error),
        };

    private static ServiceException Denied(RpcException error, GoogleProduct product, GoogleLogin? login)
    {
        var info = InfoOf(error);
        var project = Fact(info, "consumer")?.Replace("projects/", "", StringComparison.Ordinal) ?? "<project-id>";
        return info?.Reason switch
        {
            "SERVICE_DISABLED" => new NotConfiguredException(
                product.Name,
                "API_NOT_ENABLED",
                $"The API '{Fact(info, "service") ?? product.Api}' is not enabled in project '{project}'.",
                $"gcloud services enable {Fact(info, "service") ?? product.Api} --project {project}"),
            "USER_PROJECT_DENIED" => new NotConfiguredException(
                product.Name,
                "QUOTA_PROJECT_DENIED",
                $"The login may not count quota on project '{project}'.",
                login?.QuotaProjectIsSet == true ? "unset GOOGLE_CLOUD_QUOTA_PROJECT" : "gcloud auth application-default set-quota-project <project-id>"),
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT" => new NotConfiguredException(
                product.Name,
                "SCOPE_INSUFFICIENT",
                "The login lacks the scope 'https://www.googleapis.com/auth/cloud-platform'.",
                "gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform"),
            _ => new PermissionDeniedException(
                $"{product.Name} refused: {Sentence(error.Status.Detail)} Fix: gcloud projects add-iam-policy-binding {project} --member={login?.Member ?? "<principal>"} --role={product.Role}",
                "PERMISSION_MISSING",
                error),
        };
    }

    // What a product says often lacks its full stop, and a fix may follow. A drawing of where a query breaks off is left alone.
    private static string Sentence(string detail) => detail.TrimEnd() switch
    {
        "" => "No details came.",
        [.., '.' or '!' or '?'] text => text,
        var text when text.Contains('\n', StringComparison.Ordinal) => text,
        var text => $"{text}.",
    };

    private static ErrorInfo? InfoOf(RpcException error) => error.GetRpcStatus()?.GetDetail<ErrorInfo>();

    private static string? ReasonOf(RpcException error) => InfoOf(error)?.Reason;

    private static string? Fact(ErrorInfo? info, string name) => info is not null && info.Metadata.TryGetValue(name, out var value) ? value : null;

    private static string Command(GoogleProduct product, GoogleEndpoint endpoint) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, product.EmulatorCommand ?? "", endpoint.Authority);
}
