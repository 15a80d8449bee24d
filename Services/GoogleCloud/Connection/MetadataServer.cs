using Google.Apis.Auth.OAuth2;

namespace Runtime.GoogleCloud.Connection;

/// <summary>What tells a machine on Google Cloud who it is, and in which project.</summary>
/// <remarks>Paths and headers: https://cloud.google.com/compute/docs/metadata/querying-metadata.</remarks>
/// <param name="host">Where it is asked; <see langword="null"/> when it is not to be asked.</param>
internal sealed class MetadataServer(string? host, TimeProvider time) : IDisposable
{
    private const string Account = "computeMetadata/v1/instance/service-accounts/default";

    // Off Google Cloud nobody answers at the metadata address, so this is what the first call pays.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    // So long nobody is waited for again.
    private static readonly TimeSpan MissLifetime = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private readonly SemaphoreSlim _one = new(1, 1);
    private long? _missedAt;
    private string? _project;

    /// <summary>Returns the machine's credentials and account; <see langword="null"/> off Google Cloud.</summary>
    public async Task<(GoogleCredential Credential, string? Account)?> FindAsync(CancellationToken cancellationToken) =>
        await AskAsync($"{Account}/email", cancellationToken) is { } answer
            ? (GoogleCredential.FromComputeCredential(new ComputeCredential(new ComputeCredential.Initializer($"http://{host}/{Account}/token"))), answer.Text)
            : null;

    /// <summary>Returns the project that the machine is in; <see langword="null"/> off Google Cloud.</summary>
    public async Task<string?> ProjectAsync(CancellationToken cancellationToken) =>
        _project ??= (await AskAsync("computeMetadata/v1/project/project-id", cancellationToken))?.Text;

    /// <summary>Returns the scopes that the machine's tokens have.</summary>
    public async Task<IReadOnlyList<string>> ScopesAsync(CancellationToken cancellationToken) =>
        (await AskAsync($"{Account}/scopes", cancellationToken))?.Text?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public void Dispose()
    {
        _http.Dispose();
        _one.Dispose();
    }

    /// <returns>An answer, whose text is <see langword="null"/> when the server has no such fact; <see langword="null"/> when there is no server.</returns>
    private async Task<Answer?> AskAsync(string path, CancellationToken cancellationToken)
    {
        if (host is null)
        {
            return null;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_missedAt is { } missed && time.GetElapsedTime(missed) < MissLifetime)
            {
                return null;
            }

            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}/{path}");
            request.Headers.Add("Metadata-Flavor", "Google");
            using var response = await _http.SendAsync(request, cancellationToken);
            // Other clouds answer at the same address, without this header.
            if (response.Headers.TryGetValues("Metadata-Flavor", out var flavors) && flavors.Contains("Google"))
            {
                return new(response.IsSuccessStatusCode ? (await response.Content.ReadAsStringAsync(cancellationToken)).Trim() : null);
            }
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Nobody is there, which is remembered below.
        }
        finally
        {
            _one.Release();
        }

        _missedAt = time.GetTimestamp();
        return null;
    }

    private sealed record Answer(string? Text);
}
