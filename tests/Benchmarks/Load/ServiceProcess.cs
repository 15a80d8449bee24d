using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Runtime.Benchmarks.Load;

/// <summary>A server as it is deployed: a process of its own, with its own settings.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

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

    /// <summary>Gets how much memory the process has now, in MiB.</summary>
    public double MemoryMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <summary>Gets the address of the gRPC endpoint.</summary>
    public string GrpcAddress { get; }

    /// <summary>Gets the address of the HTTP/1.1 endpoint.</summary>
    public string HttpAddress { get; }

    /// <summary>Starts one of this repository's services and returns when it is ready.</summary>
    /// <param name="service">Its project.</param>
    /// <param name="variables">Variables of its environment.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Task<ServiceProcess> StartAsync(
        string service, IReadOnlyDictionary<string, string> variables, CancellationToken cancellationToken, params IEnumerable<string> arguments)
    {
        var (grpc, http) = ($"http://127.0.0.1:{FreePort()}", $"http://127.0.0.1:{FreePort()}");
        Dictionary<string, string> environment = new(variables)
        {
            ["Kestrel__Endpoints__Grpc__Url"] = grpc,
            ["Kestrel__Endpoints__Http__Url"] = http,
        };
        return StartAsync(new("dotnet", [Assembly(service), .. arguments]), environment, grpc, http, "/health", cancellationToken);
    }

    /// <summary>Starts a program and returns when it answers.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments, made of the port that it is to listen on.</param>
    /// <param name="variables">Variables of its environment.</param>
    /// <param name="ready">The path that answers with success once it is ready.</param>
    public static Task<ServiceProcess> StartAsync(
        string program, Func<int, IEnumerable<string>> arguments, IReadOnlyDictionary<string, string> variables, string ready, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var http = $"http://127.0.0.1:{port}";
        return StartAsync(new(program, arguments(port)), variables, http, http, ready, cancellationToken);
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

    // artifacts/bin/Benchmarks/release/ and the folder of each service beside it were built together.
    private static string Assembly(string service)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, service, own.Name, $"{service}.dll");
    }

    private static async Task<ServiceProcess> StartAsync(
        ProcessStartInfo start, IReadOnlyDictionary<string, string> variables, string grpc, string http, string ready, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var service = new ServiceProcess(Process.Start(start)!, grpc, http);
        try
        {
            await service.WaitUntilReadyAsync(new Uri(http + ready), cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
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

        throw new InvalidOperationException($"The server did not become ready:\n{string.Join('\n', _lines)}");
    }
}
