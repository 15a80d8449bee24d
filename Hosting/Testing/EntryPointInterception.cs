using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Runtime.Hosting.Testing;

/// <summary>Stands between an entry point and its run, so that a test can hold the graph that the entry point composed.</summary>
/// <remarks>Travels with the execution context of the thread that runs the entry point; nothing of it is shared by the process.</remarks>
internal sealed class EntryPointInterception(Assembly assembly, string[] args)
{
    private static readonly AsyncLocal<EntryPointInterception?> Active = new();

    private readonly TaskCompletionSource<DistributedApplicationBuilder> _composed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DistributedApplicationBuilder? _builder;

    public static EntryPointInterception? Current => Active.Value;

    public Assembly Assembly { get; } = assembly;

    public string[] Args { get; } = args;

    /// <summary>Gets the builder, once the entry point has composed the graph and asks to build it.</summary>
    public Task<DistributedApplicationBuilder> Composed => _composed.Task;

    /// <summary>Runs the entry point up to its call of <c>Build</c>.</summary>
    public void Start()
    {
        var entryPoint = Assembly.EntryPoint ?? throw new DistributedApplicationException($"Assembly '{Assembly.GetName().Name}' has no entry point.");
        new Thread(() => Run(entryPoint)) { IsBackground = true, Name = "AppHost entry point" }.Start();
    }

    /// <summary>Lets the entry point build, and returns the application. The entry point itself ends there.</summary>
    public Task<DistributedApplication> BuildAsync()
    {
        _mayBuild.TrySetResult();
        return _built.Task;
    }

    public void OnBuilderCreated(DistributedApplicationBuilder builder) => _builder = builder;

    public void OnGraphComposed()
    {
        _composed.TrySetResult(_builder!);
        _mayBuild.Task.GetAwaiter().GetResult();   // The entry point is synchronous code on a thread of its own.
    }

    public void OnBuilt(DistributedApplication application)
    {
        _built.TrySetResult(application);
        throw new HostAbortedException();
    }

    private void Run(MethodInfo entryPoint)
    {
        Active.Value = this;
        try
        {
            var result = entryPoint.Invoke(null, entryPoint.GetParameters().Length == 0 ? null : [Args]);
            (result as Task)?.GetAwaiter().GetResult();
            Fail(new DistributedApplicationException("The entry point ended without building an application."));
        }
        catch (Exception error)
        {
            var cause = error is TargetInvocationException { InnerException: { } inner } ? inner : error;
            if (cause is not HostAbortedException)
            {
                Fail(cause);
            }
        }
    }

    private void Fail(Exception error)
    {
        _composed.TrySetException(error);
        _built.TrySetException(error);
    }
}
