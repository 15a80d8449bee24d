using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Runtime.ServiceDefaults.Settings;

/// <summary>The one way that a service binds its settings.</summary>
public static class SettingsExtensions
{
    /// <summary>Binds a section to its options and checks every property's validation attributes at the start.</summary>
    /// <param name="services">The service's container.</param>
    /// <param name="section">The section's path, as in <c>Sessions:Watch</c>.</param>
    /// <param name="bind">How the binder works; <see langword="null"/> as usual.</param>
    public static OptionsBuilder<TOptions> AddSettings<TOptions>(this IServiceCollection services, string section, Action<BinderOptions>? bind = null)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(services);

        services.AddSingleton<IValidateOptions<TOptions>>(new SettingsValidator<TOptions>(section));
        return services.AddOptions<TOptions>().BindConfiguration(section, bind).ValidateOnStart();
    }
}
