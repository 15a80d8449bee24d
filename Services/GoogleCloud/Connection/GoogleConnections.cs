using Microsoft.Extensions.Logging;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Opens connections to Google products, with what they share: addresses, credentials, channels.</summary>
public sealed class GoogleConnections(
    GoogleCloudOptions options, GoogleCredentials credentials, GoogleChannels channels, ILogger<GoogleConnection> logger)
{
    /// <summary>Opens a connection over gRPC. It does nothing before its first call.</summary>
    /// <param name="given">Credentials of a tool or a call, which come before everything else; <see langword="null"/> takes what the environment has.</param>
    public GoogleConnection Open(GoogleProduct product, ExplicitCredentials? given = null) =>
        new(product, options, given is null ? credentials : credentials.With(given), channels, logger);
}
