using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Integrations;

/// <summary>The address of a setting that replaces a public endpoint.</summary>
internal static class EndpointAddress
{
    public static GoogleEndpoint Of(Integration integration, GoogleProduct product, SettingValue setting)
    {
        try
        {
            return GoogleEndpoint.Choose(product, emulator: null, setting.Value);
        }
        catch (NotConfiguredException error)
        {
            throw new NotConfiguredException(
                integration.Name, error.Reason, $"{Setting.VariableOf(setting.Name!)} is not an https address, nor an http address of this machine.",
                $"unset {Setting.VariableOf(setting.Name!)}");
        }
    }
}
