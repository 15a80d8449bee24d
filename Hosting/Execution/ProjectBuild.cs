using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;

namespace Runtime.Hosting.Execution;

/// <summary>Builds every project of the graph in one go, and knows where the output is.</summary>
/// <remarks>One invocation of MSBuild, so that projects that share a library build it once and never at the same time.</remarks>
internal sealed class ProjectBuild : IAsyncDisposable
{
    private const string Traversal = """
        <Project DefaultTargets="Build">
          <Target Name="Build" Returns="@(Built)">
            <MSBuild Projects="@(Wanted)" Targets="Restore" Properties="MSBuildRestoreSessionId=$([System.Guid]::NewGuid())" ContinueOnError="true" />
            <MSBuild Projects="@(Wanted)" BuildInParallel="true" ContinueOnError="true">
              <Output TaskParameter="TargetOutputs" ItemName="Built" />
            </MSBuild>
          </Target>
        </Project>
        """;

    private readonly IReadOnlyList<IResource> _projects;
    private readonly ResourceNotificationService _notifications;
    private readonly CancellationTokenSource _end = new();
    private readonly Lazy<Task<Result>> _result;

    public ProjectBuild(IEnumerable<IResource> resources, ResourceNotificationService notifications)
    {
        _projects = [.. resources.OfType<ProjectResource>()];
        _notifications = notifications;
        _result = new(BuildAsync);
        if (_projects.Count > 0)
        {
            // Begins while backing products start: nothing of theirs is needed to compile.
            _ = _result.Value;
        }
    }

    /// <summary>Returns the project file of a project.</summary>
    public static string PathOf(IResource project) => project.Annotations.OfType<ProjectMetadataAnnotation>().Single().ProjectPath;

    /// <summary>Returns the assembly of a project, once it is built.</summary>
    /// <exception cref="DistributedApplicationException">It does not build; the compiler's errors are in the message.</exception>
    public async Task<string> OutputOfAsync(ProjectResource project)
    {
        var path = PathOf(project);
        if (!File.Exists(path))
        {
            throw new DistributedApplicationException($"Project file '{path}' does not exist. Fix: correct the path in AddProject(\"{project.Name}\", …).");
        }

        var result = await _result.Value;
        if (result.Outputs.TryGetValue(path, out var output))
        {
            return output;
        }

        foreach (var error in result.Errors)
        {
            _notifications.AddLine(project, error);
        }

        throw new DistributedApplicationException(
            $"The project does not build. Fix: dotnet build {Path.GetRelativePath(Directory.GetCurrentDirectory(), path)}"
            + (result.Errors.Count > 0 ? $" shows: {result.Errors[0]}" : ""));
    }

    /// <summary>Ends a build that still runs, and waits until its files are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        if (_result.IsValueCreated)
        {
            await Task.WhenAny(_result.Value);   // How it ended is told by the projects that waited for it.
        }
    }

    private async Task<Result> BuildAsync()
    {
        var paths = _projects.Select(PathOf).Where(File.Exists).Distinct(StringComparer.Ordinal).ToArray();
        var file = Path.Combine(Path.GetTempPath(), $"runtime-build-{Guid.CreateVersion7():n}.proj");
        var resultFile = Path.ChangeExtension(file, ".json");
        var items = string.Concat(paths.Select(path => $"<Wanted Include=\"{System.Security.SecurityElement.Escape(path)}\" />"));
        await File.WriteAllTextAsync(file, Traversal.Replace("<Target ", $"<ItemGroup>{items}</ItemGroup><Target ", StringComparison.Ordinal));
        try
        {
            var lines = new ConcurrentQueue<string>();
            var plan = new LaunchPlan(
                Programs.DotNet,
                [
                    "msbuild", file, "-nologo", "-verbosity:quiet", "-consoleLoggerParameters:NoSummary", "-nodeReuse:false",
                    $"-property:Configuration={Configuration}",   // a compiler server that this build starts ends with its process group
                    "-getTargetResult:Build", $"-getResultOutputFile:{resultFile}",
                ],
                Path.GetDirectoryName(paths.FirstOrDefault()) ?? Path.GetTempPath(),
                new Dictionary<string, string?> { ["MSBuildSDKsPath"] = null, ["MSBUILD_EXE_PATH"] = null, ["MSBuildExtensionsPath"] = null, ["MSBuildLoadMicrosoftTargetsReadOnly"] = null })
            {
                Cleanup = ["rm", "-f", file, resultFile],
            };
            _end.Token.ThrowIfCancellationRequested();
            await using (var process = LaunchedProcess.Start(plan, lines.Enqueue))
            {
                await process.Exited.WaitAsync(_end.Token);
            }

            var errors = lines.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).Select(line => line.Trim()).Distinct().ToArray();
            return new Result(ReadOutputs(resultFile), errors.Length > 0 ? errors : [.. lines.TakeLast(20)]);
        }
        finally
        {
            File.Delete(file);
            File.Delete(resultFile);
        }
    }

    [SuppressMessage("Performance", "CA1859", Justification = "The result is shared; callers only read it.")]
    private static IReadOnlyDictionary<string, string> ReadOutputs(string resultFile)
    {
        if (!File.Exists(resultFile))
        {
            return new Dictionary<string, string>();
        }

        using var result = JsonDocument.Parse(File.ReadAllBytes(resultFile));
        return result.RootElement.GetProperty("TargetResults").GetProperty("Build").GetProperty("Items").EnumerateArray()
            .ToDictionary(item => item.GetProperty("MSBuildSourceProjectFile").GetString()!, item => item.GetProperty("Identity").GetString()!, StringComparer.Ordinal);
    }

    /// <summary>The configuration that the AppHost itself was built in.</summary>
    private static string Configuration => Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration is { Length: > 0 } own ? own : "Debug";

    private sealed record Result(IReadOnlyDictionary<string, string> Outputs, IReadOnlyList<string> Errors);
}
