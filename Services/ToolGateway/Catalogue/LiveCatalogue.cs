namespace Runtime.ToolGateway.Catalogue;

/// <summary>The catalogue as it is now. A call keeps the tool it found, whatever happens to the catalogue meanwhile.</summary>
public sealed class LiveCatalogue(ToolCatalogue first)
{
    private volatile ToolCatalogue _current = first;

    /// <summary>Raised after <see cref="Current"/> changed.</summary>
    public event Action? Changed;

    /// <summary>Gets the tools that are offered now.</summary>
    public ToolCatalogue Current => _current;

    /// <summary>Offers other tools from now on.</summary>
    public void Replace(ToolCatalogue catalogue)
    {
        _current = catalogue;
        Changed?.Invoke();
    }
}
