using System.ComponentModel;
using System.Diagnostics;
using Google.Apis.Auth.OAuth2;

namespace Runtime.GoogleCloud.Connection;

/// <summary>The login of <c>gcloud auth login</c>, asked of the command itself, which renews it.</summary>
/// <param name="impersonate">A service account that the command acts as.</param>
internal sealed class GcloudLogin(string? impersonate, TimeProvider time) : ITokenAccessWithHeaders
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    // The command does not say when its token ends, and keeps one until shortly before.
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1);

    private string? _token;
    private long _askedAt;

    public async Task<string> GetAccessTokenForRequestAsync(string? authUri = null, CancellationToken cancellationToken = default)
    {
        if (_token is null || time.GetElapsedTime(_askedAt) >= TokenLifetime)
        {
            _token = await AskAsync(
                    impersonate is null ? ["auth", "print-access-token"] : ["auth", "print-access-token", $"--impersonate-service-account={impersonate}"], cancellationToken)
                ?? throw new HttpRequestException("The command 'gcloud auth print-access-token' gives no token.");
            _askedAt = time.GetTimestamp();
        }

        return _token;
    }

    public async Task<AccessTokenWithHeaders> GetAccessTokenWithHeadersForRequestAsync(string? authUri = null, CancellationToken cancellationToken = default) =>
        new(await GetAccessTokenForRequestAsync(authUri, cancellationToken), null);

    /// <summary>Returns the account that is logged in; <see langword="null"/> when none is, or the command is not there.</summary>
    public static Task<string?> AccountAsync(CancellationToken cancellationToken) =>
        AskAsync(["auth", "list", "--filter=status:ACTIVE", "--format=value(account)"], cancellationToken);

    private static async Task<string?> AskAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "gcloud.cmd" : "gcloud", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            try
            {
                // It would ask a person for a password where a session has ended.
                process.StandardInput.Close();
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
                await errors;
                await process.WaitForExitAsync(limit.Token);
                return process.ExitCode == 0 && output.Trim() is { Length: > 0 } answer ? answer : null;
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                }
            }
        }
        catch (Exception error) when (error is Win32Exception || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
