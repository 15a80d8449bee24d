using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Runtime.Benchmarks;
using Runtime.Benchmarks.Bare;
using Runtime.Benchmarks.Sessions;
using Runtime.Benchmarks.Tools;
using Runtime.Testing;

switch (Arguments.Parse(args))
{
    case ShowHelp:
        Console.WriteLine(Arguments.Usage);
        return 0;
    case Misunderstood refused:
        await Console.Error.WriteLineAsync(refused.Message);
        return 2;
    case RunMicro micro:
        // In this process: a project that BenchmarkDotNet generates would not find the repository's build settings.
        BenchmarkSwitcher.FromAssembly(typeof(Arguments).Assembly).Run(
            [.. micro.Forwarded], DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
        return 0;
    case RunSessions sessions:
        return await RunAsync(new SessionBenchmarks(sessions).RunAsync);
    case RunTools tools:
        return await RunAsync(new ToolBenchmarks(tools).RunAsync);
    case RunBareService:
        await BareService.RunAsync();
        return 0;
    default:
        return 2;
}

static async Task<int> RunAsync(Func<CancellationToken, Task<int>> benchmark)
{
    using var end = new CancellationTokenSource();
    Console.CancelKeyPress += (_, press) =>
    {
        press.Cancel = true;
        end.Cancel();
    };
    await using var products = new BackingProducts();
    try
    {
        return await benchmark(end.Token);
    }
    catch (OperationCanceledException)
    {
        return 130;   // as a shell says that Ctrl+C ended a program
    }
}
