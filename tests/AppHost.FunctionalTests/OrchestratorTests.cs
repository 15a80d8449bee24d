using System.Net;
using System.Net.Sockets;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>What the embedded orchestrator does with real processes.</summary>
public sealed class OrchestratorTests
{
    [Fact]
    public async Task A_resource_that_ends_is_reported_with_its_exit_code_and_its_last_lines()
    {
        await using var run = await StartAsync(builder => builder.AddExecutable("short", "sh", ".", "-c", "echo first; echo last words >&2; exit 3"));

        var snapshot = await run.WaitAsync("short", ended => ended.IsTerminal);

        Assert.Equal((KnownResourceStates.Exited, 3), (snapshot.State, snapshot.ExitCode));
        Assert.Contains("last words", run.Notifications.LastLines("short", 10));
        Assert.Contains("first", run.Notifications.LastLines("short", 10));
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails_alone()
    {
        await using var run = await StartAsync(builder =>
        {
            builder.AddExecutable("missing", "no-such-program", ".");
            builder.AddExecutable("fine", "sleep", ".", "60");
        });

        var missing = await run.WaitAsync("missing", snapshot => snapshot.IsTerminal);
        await run.WaitAsync("fine", snapshot => snapshot.Health is ResourceHealth.Healthy);

        Assert.Contains("'no-such-program' was not found. Fix:", missing.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_endpoint_that_wants_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var run = await StartAsync(builder => builder.AddExecutable("service", "sleep", ".", "60").WithEndpoint(port: port, name: "http"));

        var failed = await run.WaitAsync("service", snapshot => snapshot.IsTerminal);

        Assert.Contains($"Port {port} for endpoint 'http' is taken. Fix:", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_waits_for_a_resource_that_fails_does_not_start()
    {
        await using var run = await StartAsync(builder =>
        {
            var first = builder.AddExecutable("first", "sh", ".", "-c", "sleep 0.2; exit 1").WithHttpEndpoint(name: "http").WithHttpHealthCheck();
            builder.AddExecutable("second", "sleep", ".", "60").WaitFor(first);
        });

        var second = await run.WaitAsync("second", snapshot => snapshot.IsTerminal);

        Assert.Equal((KnownResourceStates.FailedToStart, "It waits for 'first', which is Exited."), (second.State, second.Reason));
    }

    [Fact]
    public async Task A_project_that_does_not_build_shows_the_compiler_error_and_the_others_run()
    {
        var folder = Directory.CreateTempSubdirectory("runtime-broken-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Broken.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), "this is not a program", TestContext.Current.CancellationToken);
        try
        {
            await using var run = await StartAsync(builder =>
            {
                builder.AddProject("broken", Path.Combine(folder, "Broken.csproj"));
                builder.AddExecutable("fine", "sleep", ".", "60");
            });

            var broken = await run.WaitAsync("broken", snapshot => snapshot.IsTerminal);

            Assert.Contains("does not build", broken.Reason, StringComparison.Ordinal);
            Assert.Contains(run.Notifications.LastLines("broken", 50), line => line.Contains("error CS", StringComparison.Ordinal));
            Assert.Equal(ResourceHealth.Healthy, run.Notifications.Find("fine")!.Health);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Stopping_ends_users_before_what_they_use_and_leaves_no_grandchild()
    {
        await using var run = await StartAsync(builder =>
        {
            var store = builder.AddExecutable("store", "sh", ".", "-c", "sleep 1000 & echo grandchild $!; trap 'exit 0' TERM; wait").WithEndpoint(name: "tcp");
            builder.AddExecutable("user", "sh", ".", "-c", "trap 'sleep 0.3; exit 0' TERM; echo up; while :; do sleep 0.1; done")
                .WithEnvironment("STORE", store.GetEndpoint("tcp")).WaitFor(store);
        });
        await run.WaitForLineAsync("user", "up");
        var grandchild = int.Parse((await run.WaitForLineAsync("store", "grandchild")).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        var userHadEnded = false;
        var storeEnded = run.WaitAsync("store", snapshot =>
        {
            userHadEnded = run.Notifications.Find("user")!.IsTerminal;
            return snapshot.IsTerminal;
        });

        await run.Application.StopAsync(TestContext.Current.CancellationToken);

        await storeEnded;
        Assert.True(userHadEnded);
        Assert.False(Processes.IsAlive(grandchild));
    }

    [Fact]
    public async Task A_killed_resource_is_reported_and_can_be_started_again_on_its_port()
    {
        await using var run = await StartAsync(builder => builder.AddExecutable("emulator", "sh", ".", "-c", "echo pid $$; exec sleep 1000").WithEndpoint(name: "tcp"));
        var pid = int.Parse((await run.WaitForLineAsync("emulator", "pid")).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        var address = run.Application.GetEndpoint("emulator");

        using (var process = System.Diagnostics.Process.GetProcessById(pid))
        {
            process.Kill();
        }

        var killed = await run.WaitAsync("emulator", snapshot => snapshot.IsTerminal);
        Assert.Contains("137 (killed)", killed.Reason, StringComparison.Ordinal);

        var restarted = await run.Application.ResourceCommands.ExecuteCommandAsync("emulator", KnownResourceCommands.StartCommand, TestContext.Current.CancellationToken);
        Assert.True(restarted.Success);
        await run.WaitAsync("emulator", snapshot => snapshot.Health is ResourceHealth.Healthy);
        Assert.Equal(address, run.Application.GetEndpoint("emulator"));
    }

    [Fact]
    public async Task Commands_for_one_resource_take_turns_so_that_two_lives_never_overlap()
    {
        var claim = Path.Combine(Path.GetTempPath(), $"runtime-claim-{Guid.CreateVersion7():n}");
        await using var run = await StartAsync(builder => builder.AddExecutable(
            "service", "sh", ".", "-c", $"mkdir {claim} || echo overlap; trap 'sleep 0.3; rmdir {claim}; exit 0' TERM; echo up; while :; do sleep 0.1; done"));
        await run.WaitForLineAsync("service", "up");

        var commands = new[] { KnownResourceCommands.RestartCommand, KnownResourceCommands.StartCommand, KnownResourceCommands.RestartCommand, KnownResourceCommands.StartCommand }
            .Select(command => run.Application.ResourceCommands.ExecuteCommandAsync("service", command, TestContext.Current.CancellationToken));
        Assert.All(await Task.WhenAll(commands), result => Assert.True(result.Success, result.ErrorMessage));
        await Eventually.GetAsync(() => Directory.Exists(claim) ? "" : null, "the last life");
        await run.Application.StopAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("overlap", run.Notifications.LastLines("service", 100));
        Assert.False(Directory.Exists(claim));
        var late = await run.Application.ResourceCommands.ExecuteCommandAsync("service", KnownResourceCommands.StartCommand, TestContext.Current.CancellationToken);
        Assert.Equal((false, "The application is stopping, so 'service' is not started."), (late.Success, late.ErrorMessage));
    }

    [Fact]
    public async Task A_start_is_carried_out_even_in_the_moment_after_the_last_end()
    {
        const int Lives = 20;
        await using var run = await StartAsync(builder => builder.AddExecutable("short", "echo", ".", "alive"));
        for (var life = 1; life < Lives; life++)
        {
            await run.WaitAsync("short", snapshot => snapshot.IsTerminal);
            await run.Application.ResourceCommands.ExecuteCommandAsync("short", KnownResourceCommands.StartCommand, TestContext.Current.CancellationToken);
        }

        await run.WaitAsync("short", snapshot => snapshot.IsTerminal);
        Assert.Equal(Lives, run.Notifications.LastLines("short", 100).Count(line => line == "alive"));
    }

    [Fact]
    public async Task A_daemon_that_keeps_the_output_open_does_not_hide_the_end_of_its_parent()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "setsid is a program of Linux. Fix: run this test on Linux.");
        await using var run = await StartAsync(builder => builder.AddExecutable("parent", "sh", ".", "-c", "setsid sleep 1000 & sleep 0.5; echo daemon $!"));
        var daemon = int.Parse((await run.WaitForLineAsync("parent", "daemon")).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TestTimeouts.Call);
            var ended = await run.Notifications.WaitForResourceAsync("parent", snapshot => snapshot.IsTerminal, limit.Token);

            Assert.Equal(0, ended.ExitCode);
        }
        finally
        {
            using var process = System.Diagnostics.Process.GetProcessById(daemon);
            process.Kill();
        }
    }

    [Fact]
    public async Task An_application_that_is_disposed_without_a_stop_leaves_nothing_and_may_be_disposed_again()
    {
        var run = await StartAsync(builder =>
        {
            var first = builder.AddExecutable("first", "sh", ".", "-c", "echo pid $$; exec sleep 1000");
            builder.AddExecutable("second", "sh", ".", "-c", "echo started; sleep 1000").WithHttpEndpoint(name: "http").WithHttpHealthCheck().WaitFor(first);
            builder.AddExecutable("third", "sleep", ".", "1000").WaitFor(builder.CreateResourceBuilder((ExecutableResource)builder.Resources[1]));
        });
        var pid = int.Parse((await run.WaitForLineAsync("first", "pid")).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        var notifications = run.Notifications;
        var never = notifications.WaitForResourceAsync("third", _ => false, TestContext.Current.CancellationToken);

        run.Application.Dispose();

        Assert.False(Processes.IsAlive(pid));
        Assert.All(new[] { "first", "second", "third" }, name => Assert.True(notifications.Find(name)!.IsTerminal));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
        await run.DisposeAsync();
    }

    private static Task<RunningGraph> StartAsync(Action<IDistributedApplicationBuilder> compose) => RunningGraph.StartAsync(compose);
}
