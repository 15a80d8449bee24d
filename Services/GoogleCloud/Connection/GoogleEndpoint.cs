using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Where calls to one product go: its emulator in plain text, or Google over TLS with credentials.</summary>
public sealed record GoogleEndpoint(Uri Address, bool IsEmulator)
{
    /// <summary>Gets <c>host:port</c>, the form that people wrote in the variable.</summary>
    public string Authority => Address.Authority;

    /// <summary>Takes the emulator where its variable is set, else the public endpoint.</summary>
    /// <param name="product">The product that is called.</param>
    /// <param name="emulator">Value of the product's emulator variable; empty counts as unset.</param>
    /// <exception cref="NotConfiguredException">The variable is set to something that is not <c>host:port</c>.</exception>
    public static GoogleEndpoint Choose(GoogleProduct product, string? emulator)
    {
        ArgumentNullException.ThrowIfNull(product);

        if (string.IsNullOrWhiteSpace(emulator))
        {
            return new(new Uri($"https://{product.Host}"), IsEmulator: false);
        }

        // Some shells and composers export the variable with a scheme; the address behind it is the same.
        var authority = emulator.Trim();
        authority = authority.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? authority["http://".Length..].TrimEnd('/') : authority;
        return Uri.TryCreate($"http://{authority}", UriKind.Absolute, out var address)
            && address.PathAndQuery == "/" && address.UserInfo.Length == 0 && HasPort(authority)
            ? new(address, IsEmulator: true)
            : throw new NotConfiguredException(
                product.Name,
                $"{product.Code}_EMULATOR_INVALID",
                $"{product.EmulatorVariable} is '{emulator}', which is not host:port.",
                $"export {product.EmulatorVariable}=127.0.0.1:<port>");
    }

    private static bool HasPort(string authority) =>
        authority.LastIndexOf(':') is var colon and > 0 && ushort.TryParse(authority.AsSpan(colon + 1), out _);
}
