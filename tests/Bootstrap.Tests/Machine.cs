using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Testing;

namespace Runtime.Bootstrap.Tests;

/// <summary>A machine with nothing but the settings that a test gives it.</summary>
internal sealed class Machine : IAsyncDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("bootstrap-tests-");
    private readonly ServiceProvider _services;

    public Machine(params (string Name, string? Value)[] settings)
        : this(null, null, settings)
    {
    }

    public Machine(IntegrationCatalogue catalogue, params (string Name, string? Value)[] settings)
        : this(catalogue, null, settings)
    {
    }

    /// <param name="change">What the application does to the clients.</param>
    public Machine(Action<BootstrapBuilder> change, params (string Name, string? Value)[] settings)
        : this(null, change, settings)
    {
    }

    private Machine(IntegrationCatalogue? catalogue, Action<BootstrapBuilder>? change, (string Name, string? Value)[] settings)
    {
        Dictionary<string, string?> all = new() { ["HOME"] = _home.FullName, ["APPDATA"] = _home.FullName, ["NO_GCE_CHECK"] = "true" };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        var bootstrap = services.AddBootstrap(catalogue);
        change?.Invoke(bootstrap);
        _services = services.BuildServiceProvider();
    }

    /// <summary>A token variable, which every Google product takes.</summary>
    public static (string, string?) Token { get; } = ("GOOGLE_OAUTH_ACCESS_TOKEN", "ya29.very-secret");

    public static (string, string?) Project { get; } = ("GOOGLE_CLOUD_PROJECT", "p1");

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<Report> ExamineAsync(params string[] only) => Get<Doctor>().ExamineAsync(only, TestTimeouts.Call, TestContext.Current.CancellationToken);

    /// <summary>Examines one integration.</summary>
    public async Task<Finding> FindAsync(string name) => Assert.Single((await ExamineAsync(name)).Findings);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _home.Delete(recursive: true);
    }
}
