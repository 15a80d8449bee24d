using System.ComponentModel.DataAnnotations;
using System.Net;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.Http;

/// <summary>The fields of an HTTP source, as MCP Toolbox names them.</summary>
internal sealed class HttpSettings
{
    [Required]
    public string BaseUrl { get; init; } = "";

    /// <summary>Gets how long one request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets headers of every request; those of a tool win.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets what every request has in its query.</summary>
    public IReadOnlyDictionary<string, string> QueryParams { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets a value indicating whether a refusal is passed on with the beginning of its body, and not its status alone.</summary>
    public bool ReturnFullError { get; init; }

    public bool DisableSslVerification { get; init; }

    /// <summary>Gets addresses that may be connected to, whatever else is said.</summary>
    public IReadOnlyList<string> AllowedIpRanges { get; init; } = [];

    /// <summary>Gets addresses that may not be connected to.</summary>
    public IReadOnlyList<string> CustomBlockedIpRanges { get; init; } = [];

    /// <summary>Gets a value indicating whether addresses that the internet does not know may be connected to: this machine, a private network.</summary>
    public bool AllowPrivateNetworks { get; init; }
}

/// <summary>An HTTP API.</summary>
internal sealed class HttpSourceKind() : SourceKind<HttpSettings>("http")
{
    protected override ISource? Open(Declaration declaration, HttpSettings settings)
    {
        var before = declaration.Problems.Count;
        if (!Uri.TryCreate(settings.BaseUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            declaration.Problem("baseUrl", $"Field 'baseUrl' of {declaration.Owner} is no address. Allowed: http://… or https://….");
            return null;
        }

        var guard = new AddressGuard(
            settings.AllowPrivateNetworks, Ranges(declaration, "allowedIpRanges", settings.AllowedIpRanges), Ranges(declaration, "customBlockedIpRanges", settings.CustomBlockedIpRanges));
        if (IPAddress.TryParse(address.IdnHost, out var literal) && guard.Blocks(literal))
        {
            declaration.Problem("baseUrl", $"Field 'baseUrl' of {declaration.Owner} is an address that it may not connect to. Fix: name it in allowedIpRanges, or set allowPrivateNetworks: true.");
        }

        foreach (var name in settings.Headers.Keys.Where(name => !HttpSource.IsHeaderName(name)))
        {
            declaration.Problem("headers", $"{declaration.Owner} has the header '{name}', which is no name of one. Fix: correct it.");
        }

        return declaration.Problems.Count == before ? new HttpSource(declaration.Name, address, settings, guard) : null;
    }

    private static List<IPNetwork> Ranges(Declaration declaration, string field, IReadOnlyList<string> texts)
    {
        List<IPNetwork> ranges = [];
        foreach (var text in texts.Select(text => text.Trim()).Where(text => text.Length > 0))
        {
            if (IPNetwork.TryParse(text, out var range))
            {
                ranges.Add(range);
            }
            else if (IPAddress.TryParse(text, out var address))
            {
                ranges.Add(new(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                declaration.Problem(field, $"Field '{field}' of {declaration.Owner} has '{text}'. Allowed: addresses such as 10.0.0.1 and ranges such as 10.0.0.0/8.");
            }
        }

        return ranges;
    }
}
