namespace Runtime.ToolGateway.Catalogue;

/// <summary>The tools of one integration.</summary>
public interface IToolset
{
    /// <summary>Gets the name in paths (<c>/mcp/{toolset}</c>): lower-case letters, digits, <c>-</c>.</summary>
    string Name { get; }

    IReadOnlyList<ITool> Tools { get; }
}
