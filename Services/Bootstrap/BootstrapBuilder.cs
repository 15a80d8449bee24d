using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Runtime.Bootstrap;

/// <summary>Replaces what makes the clients of the integrations, in one container.</summary>
public sealed class BootstrapBuilder(IServiceCollection services)
{
    public IServiceCollection Services { get; } = services;

    /// <summary>Makes a client by a factory of the application; so too what clients are made of, such as the dialects of the session database.</summary>
    public BootstrapBuilder UseClient<T>(Func<IServiceProvider, T> factory)
        where T : class
    {
        Services.Replace(ServiceDescriptor.Singleton(factory));
        return this;
    }

    /// <summary>Makes a client as if nothing had been replaced.</summary>
    public BootstrapBuilder ResetClient<T>()
        where T : class
    {
        Services.RemoveAll<T>();
        Services.AddClients();
        return this;
    }
}
