using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Catalogue;

/// <summary>What can go wrong with any Google Cloud API.</summary>
/// <remarks>The order is that of looking: emulator, then credentials, then API, then permission.</remarks>
public static class GoogleRemedies
{
    /// <summary>Gets what can go wrong before a product is asked; the same for all of them.</summary>
    public static IReadOnlyList<Remedy> Login { get; } =
    [
        new("CREDENTIALS_NOT_FOUND", IntegrationState.NotConfigured, "none of the sources has anything", "gcloud auth application-default login"),
        new("CREDENTIALS_FILE_MISSING", IntegrationState.Invalid, "the file that is named is not there", "unset GOOGLE_APPLICATION_CREDENTIALS"),
        new("CREDENTIALS_FILE_INVALID", IntegrationState.Invalid, "the file holds no usable credentials", "gcloud auth application-default login"),
        new("CREDENTIALS_EXPIRED", IntegrationState.Denied, "Google gives no token for the login, or refuses it; for a service account's key the step is a new key", "gcloud auth application-default login"),
        new("ACCESS_TOKEN_EXPIRED", IntegrationState.Denied, "the token of a variable is refused", "export GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)"),
        new("QUOTA_PROJECT_DENIED", IntegrationState.Denied, "the login may not count quota on that project; where GOOGLE_CLOUD_QUOTA_PROJECT names it, the step is to unset that", "gcloud auth application-default set-quota-project <project-id>"),
        new("SCOPE_INSUFFICIENT", IntegrationState.Denied, "the login was made without the scope cloud-platform", "gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform"),
    ];

    /// <summary>Returns what can go wrong with one product, beside its login.</summary>
    public static IReadOnlyList<Remedy> Of(GoogleProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);

        List<Remedy> remedies = [];
        if (product.EmulatorVariable is { } variable)
        {
            remedies.Add(new($"{product.Code}_EMULATOR_INVALID", IntegrationState.Invalid, "the emulator variable is not host:port", $"export {variable}=127.0.0.1:<port>"));
            remedies.Add(new(
                $"{product.Code}_EMULATOR_UNREACHABLE", IntegrationState.Unreachable, "nothing, or another program, answers there",
                string.Format(System.Globalization.CultureInfo.InvariantCulture, product.EmulatorCommand!, "<host:port>")));
        }

        remedies.Add(new("ENDPOINT_INVALID", IntegrationState.Invalid, "the endpoint of the settings cannot be used", $"unset {GoogleVariables.Section}__{product.Section}__Endpoint"));
        remedies.Add(new("API_NOT_ENABLED", IntegrationState.Denied, "the API is off in the project", $"gcloud services enable {product.Api} --project <project-id>"));
        remedies.Add(new(
            "PERMISSION_MISSING", IntegrationState.Denied, "the login lacks the role",
            $"gcloud projects add-iam-policy-binding <project-id> --member=<principal> --role={product.Role}"));
        return remedies;
    }
}
