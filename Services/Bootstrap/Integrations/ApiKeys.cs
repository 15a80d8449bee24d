using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Settings;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Integrations;

/// <summary>What a refusal means for a call that a key authenticates: no login and no role helps, but another key.</summary>
internal static class ApiKeys
{
    /// <summary>Returns what to say; <see langword="null"/> for a failure that is not about the key.</summary>
    public static UnauthenticatedException? Refused(Integration integration, SettingValue key, Exception error) =>
        error is UnauthenticatedException or PermissionDeniedException
            ? new($"{integration.Name} does not accept the key. Fix: export {Setting.VariableOf(key.Name!)}=<key>", "MODEL_KEY_INVALID", error)
            : null;
}
