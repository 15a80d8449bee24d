using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Where calls to one product go: its emulator in plain text, or Google over TLS with credentials.</summary>
public sealed record GoogleEndpoint(Uri Address, bool IsEmulator)
{
    /// <summary>Gets <c>host:port</c>, the form that people wrote in the variable.</summary>
    public string Authority => Address.Authority;

    /// <summary>Takes the emulator where its variable is set, else the address of the settings, else the public endpoint.</summary>
    /// <param name="product">The product that is called.</param>
    /// <param name="emulator">Value of the product's emulator variable; empty counts as unset.</param>
    /// <param name="address">Another address than the public one, for example a private endpoint; empty counts as unset.</param>
    /// <exception cref="NotConfiguredException">One of the two is set and cannot be used.</exception>
    public static GoogleEndpoint Choose(GoogleProduct product, string? emulator, string? address = null)
    {
        ArgumentNullException.ThrowIfNull(product);

        return !string.IsNullOrWhiteSpace(emulator) ? Emulator(product, emulator.Trim())
            : !string.IsNullOrWhiteSpace(address) ? Replaced(product, address.Trim())
            : new(new Uri($"https://{product.Host}"), IsEmulator: false);
    }

    private static GoogleEndpoint Emulator(GoogleProduct product, string emulator)
    {
        // Some shells and composers export the variable with a scheme; the address behind it is the same.
        var authority = emulator.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? emulator["http://".Length..].TrimEnd('/') : emulator;
        return Uri.TryCreate($"http://{authority}", UriKind.Absolute, out var address)
            && address.PathAndQuery == "/" && address.UserInfo.Length == 0 && HasPort(authority)
            ? new(address, IsEmulator: true)
            : throw new NotConfiguredException(
                product.Name,
                $"{product.Code}_EMULATOR_INVALID",
                $"{product.EmulatorVariable} is '{emulator}', which is not host:port.",
                $"export {product.EmulatorVariable}=127.0.0.1:<port>");
    }

    private static GoogleEndpoint Replaced(GoogleProduct product, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Length == 0
            // A token in plain text stays on this machine.
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? new(address, IsEmulator: false)
            : throw new NotConfiguredException(
                product.Name,
                "ENDPOINT_INVALID",
                $"{GoogleVariables.Section}:{product.Section}:Endpoint is not an https address, nor an http address of this machine.",
                $"unset {GoogleVariables.Section}__{product.Section}__Endpoint");

    private static bool HasPort(string authority) =>
        authority.LastIndexOf(':') is var colon and > 0 && ushort.TryParse(authority.AsSpan(colon + 1), out _);
}
