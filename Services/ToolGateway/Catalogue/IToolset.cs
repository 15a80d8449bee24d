namespace Runtime.ToolGateway.Catalogue;

/// <summary>The tools of one integration.</summary>
public interface IToolset
{
    /// <summary>Gets the name in paths (<c>/mcp/{toolset}</c>): lower-case letters, digits, <c>-</c>.</summary>
    string Name { get; }

    IReadOnlyList<ITool> Tools { get; }
}

/// <summary>Tools that were declared, and the sets they are in; a tool may be in several, or in none.</summary>
/// <param name="Tools">The tools, in the order they were declared in.</param>
/// <param name="Toolsets">Names of tools by name of the set.</param>
public sealed record DeclaredTools(IReadOnlyList<ITool> Tools, IReadOnlyDictionary<string, IReadOnlyList<string>> Toolsets)
{
    public static readonly DeclaredTools None = new([], new Dictionary<string, IReadOnlyList<string>>());
}
