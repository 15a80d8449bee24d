using Google.Apis.Auth.OAuth2;

namespace Runtime.GoogleCloud.Connection;

/// <summary>What tells a machine on Google Cloud who it is.</summary>
/// <remarks>Paths and headers: https://cloud.google.com/compute/docs/metadata/querying-metadata.</remarks>
internal sealed class MetadataServer : IDisposable
{
    // Off Google Cloud nobody answers at the metadata address, so this is what the first call pays.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };

    /// <summary>Returns the machine's credentials and account; <see langword="null"/> off Google Cloud.</summary>
    public async Task<(GoogleCredential Credential, string? Account)?> FindAsync(string host, CancellationToken cancellationToken)
    {
        var account = $"http://{host}/computeMetadata/v1/instance/service-accounts/default";
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{account}/email");
            request.Headers.Add("Metadata-Flavor", "Google");
            using var response = await _http.SendAsync(request, cancellationToken);
            // Other clouds answer at the same address, without this header.
            if (!response.Headers.TryGetValues("Metadata-Flavor", out var flavors) || !flavors.Contains("Google"))
            {
                return null;
            }

            var email = response.IsSuccessStatusCode ? (await response.Content.ReadAsStringAsync(cancellationToken)).Trim() : null;
            return (GoogleCredential.FromComputeCredential(new ComputeCredential(new ComputeCredential.Initializer($"{account}/token"))), email);
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
