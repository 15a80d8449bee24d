using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Runtime.AppHost.Resources;

/// <summary>Where the stack keeps its data between runs: <c>.runtime/</c> in the repository, or what <c>StateDirectory</c> says.</summary>
internal static class StateDirectory
{
    public const string Setting = "StateDirectory";

    private const string LockFile = "apphost.lock";

    /// <summary>Returns the folder; a relative setting counts from the repository.</summary>
    public static string Of(IDistributedApplicationBuilder builder) => Of(builder.Configuration, builder.AppHostDirectory);

    /// <inheritdoc cref="Of(IDistributedApplicationBuilder)"/>
    public static string Of(IConfiguration configuration, string appHostDirectory)
    {
        var repository = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(appHostDirectory))!;
        return Path.GetFullPath(configuration[Setting] is { Length: > 0 } chosen ? chosen : ".runtime", repository);
    }

    /// <summary>Returns whether an AppHost runs on the folder.</summary>
    public static bool IsInUse(string folder)
    {
        try
        {
            using var held = new FileStream(Path.Combine(folder, LockFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException error)
        {
            return IsLock(error);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>EAGAIN on Linux, EWOULDBLOCK on macOS, a sharing violation on Windows.</summary>
    private static bool IsLock(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    /// <summary>Returns a short name for a folder, the same in every run.</summary>
    public static string Mark(string folder) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..12];

    /// <summary>Claims the folder while the stack runs, so that two AppHosts never share one database folder.</summary>
    public static void UseStateDirectory(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            var folder = Of(builder);
            builder.Services.AddHostedService(_ => new Claim(folder));
        }
    }

    /// <summary>Holds a lock on a file, which the system lets go however the AppHost ends.</summary>
    private sealed class Claim(string folder) : IHostedLifecycleService, IDisposable
    {
        private FileStream? _lock;

        /// <summary>Runs before anything of the stack starts.</summary>
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            try
            {
                Directory.CreateDirectory(folder);
                _lock = new FileStream(Path.Combine(folder, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return Task.CompletedTask;
            }
            catch (UnauthorizedAccessException error)
            {
                throw new SettingException(
                    $"User '{Environment.UserName}' may not write to '{folder}'.", Setting, $"sudo chown -R {Environment.UserName} '{folder}'", error);
            }
            catch (IOException error) when (!IsLock(error))
            {
                throw new SettingException($"'{folder}' cannot hold the data: {error.Message}", Setting, "make room there, or choose another folder", error);
            }
            catch (IOException error)
            {
                throw new SettingException(
                    $"Another AppHost uses '{folder}'.", Setting, $"stop it, or give this one its own folder: dotnet run --project AppHost -- --{Setting} .runtime/second", error);
            }
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken)
        {
            Dispose();
            return Task.CompletedTask;
        }

        public void Dispose() => _lock?.Dispose();
    }
}
