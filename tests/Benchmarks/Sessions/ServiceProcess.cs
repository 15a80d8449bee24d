using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Runtime.Benchmarks.Sessions;

/// <summary>The session service as it is deployed: a process of its own, on Kestrel, with its own settings.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ServiceProcess(Process process, string grpcAddress, string httpAddress)
    {
        (_process, GrpcAddress, HttpAddress) = (process, grpcAddress, httpAddress);
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Gets the address of the gRPC endpoint.</summary>
    public string GrpcAddress { get; }

    /// <summary>Gets the address of the HTTP/1.1 endpoint.</summary>
    public string HttpAddress { get; }

    /// <summary>Starts the service and returns when it is ready.</summary>
    /// <param name="sessionsAddress">The session database.</param>
    /// <param name="variables">Further variables of its environment.</param>
    public static async Task<ServiceProcess> StartAsync(
        string sessionsAddress, IReadOnlyDictionary<string, string> variables, CancellationToken cancellationToken)
    {
        var (grpc, http) = ($"http://127.0.0.1:{FreePort()}", $"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Assembly()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ConnectionStrings__sessions"] = sessionsAddress,
                ["Kestrel__Endpoints__Grpc__Url"] = grpc,
                ["Kestrel__Endpoints__Http__Url"] = http,
            },
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var service = new ServiceProcess(Process.Start(start)!, grpc, http);
        try
        {
            await service.WaitUntilReadyAsync(new Uri($"{http}/health"), cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    // artifacts/bin/Benchmarks/release/ and artifacts/bin/SessionService/release/ were built together.
    private static string Assembly()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, "SessionService", own.Name, "SessionService.dll");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task WaitUntilReadyAsync(Uri health, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < StartLimit && !_process.HasExited; await Task.Delay(Pause, cancellationToken))
        {
            try
            {
                using var answer = await client.GetAsync(health, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }

        throw new InvalidOperationException($"The session service did not become ready:\n{string.Join('\n', _lines)}");
    }
}
