using System.Text.RegularExpressions;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.ToolFile.Yaml;
using Runtime.ToolGateway.Toolsets;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Makes tools of files.</summary>
/// <param name="toolsets">The tools that are built in; a declared one cannot have the name of one of them.</param>
/// <param name="configuration">Where <c>${NAME}</c> is looked up: the environment, and whatever else the gateway is configured from.</param>
internal sealed partial class ToolFileLoader(
    IEnumerable<ISourceKind> sourceKinds, IEnumerable<IToolKind> toolKinds, IEnumerable<IAuthServiceKind> authServiceKinds,
    OfferedToolsets toolsets, IConfiguration configuration)
{
    private readonly Dictionary<string, ISourceKind> _sourceKinds = sourceKinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, IToolKind> _toolKinds = toolKinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, IAuthServiceKind> _authServiceKinds = authServiceKinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);
    private readonly HashSet<string> _builtInTools = [.. toolsets.All.SelectMany(toolset => toolset.Tools).Select(tool => tool.Description.Name)];
    private readonly HashSet<string> _builtInToolsets = [.. toolsets.All.Select(toolset => toolset.Name)];

    /// <summary>Loads all files. What did not change since the last time is taken over, with its connections.</summary>
    /// <exception cref="ToolFileException">Something is wrong with the files. Nothing is opened, and nothing of the last time is touched.</exception>
    public LoadedTools Load(IReadOnlyList<FileText> files, LoadedTools last)
    {
        var problems = new Problems();
        var reader = new ToolFileReader(problems);
        foreach (var file in files)
        {
            // A variable's "__" is a ":" in configuration.
            reader.Read(YamlReader.Read(file.Name, file.Text, name => configuration[name.Replace("__", ":", StringComparison.Ordinal)], problems));
        }

        Dictionary<string, SourceHandle?> sources = new(StringComparer.Ordinal);
        foreach (var declaration in reader.Sources)
        {
            sources[declaration.Name] = Open(declaration, last);
        }

        Dictionary<string, IAuthService?> authServices = new(StringComparer.Ordinal);
        foreach (var declaration in reader.AuthServices)
        {
            authServices[declaration.Name] = KindOf(_authServiceKinds, declaration)?.Create(declaration);
        }

        var scope = new DeclaredScope(sources, authServices);
        List<ITool> tools = [];
        foreach (var declaration in reader.Tools)
        {
            CheckName(declaration);
            if (KindOf(_toolKinds, declaration)?.Create(declaration, scope) is { } tool)
            {
                tools.Add(tool);
            }
        }

        Dictionary<string, IReadOnlyList<string>> sets = new(StringComparer.Ordinal);
        foreach (var (name, names) in reader.Toolsets)
        {
            sets[name] = CheckToolset(name, names, reader, problems);
        }

        if (problems.Count > 0)
        {
            // Those that were made just now have no connections yet.
            foreach (var source in sources.Values.OfType<SourceHandle>().Except(last.Sources))
            {
                _ = source.RetireAsync();
            }

            throw new ToolFileException(problems.All);
        }

        return new(new(tools, sets), [.. sources.Values.OfType<SourceHandle>()]);
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9_.-]{1,128}\z")]
    private static partial Regex ToolName();

    private static TKind? KindOf<TKind>(Dictionary<string, TKind> kinds, Declaration declaration)
        where TKind : class
    {
        if (kinds.TryGetValue(declaration.Kind, out var kind))
        {
            return kind;
        }

        declaration.Problems.Add(declaration.KindPlace, $"{declaration.Owner} is of the unknown kind '{declaration.Kind}'. {Problems.Hint(declaration.Kind, kinds.Keys)}");
        return null;
    }

    private SourceHandle? Open(Declaration declaration, LoadedTools last)
    {
        if (KindOf(_sourceKinds, declaration) is not { } kind)
        {
            return null;
        }

        var text = declaration.Text();
        return last.Sources.FirstOrDefault(source => source.Name == declaration.Name && source.Text == text)
            ?? (kind.Open(declaration) is { } source ? new SourceHandle(declaration.Name, declaration.Kind, text, source) : null);
    }

    private void CheckName(Declaration tool)
    {
        if (!ToolName().IsMatch(tool.Name))
        {
            tool.Problems.Add(tool.Place, $"The name of {tool.Owner} is not one of a tool. Allowed: 1 to 128 letters, digits, '_', '-' and '.'.");
        }
        else if (_builtInTools.Contains(tool.Name))
        {
            tool.Problems.Add(tool.Place, $"{tool.Owner} has the name of a tool that the gateway has built in. Fix: rename it.");
        }
    }

    private string[] CheckToolset(string name, IReadOnlyList<YamlScalar> names, ToolFileReader reader, Problems problems)
    {
        var known = reader.Tools.Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var tool in names.Where(tool => !known.Contains(tool.Text)))
        {
            problems.Add(tool.Place, $"Toolset '{name}' names the tool '{tool.Text}', which is not declared. {Problems.Hint(tool.Text, known)}");
        }

        if (_builtInToolsets.Contains(name))
        {
            problems.Add(reader.PlaceOfToolset(name), $"Toolset '{name}' has the name of one that the gateway has built in. Fix: rename it.");
        }

        return [.. names.Select(tool => tool.Text).Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>A file as it was read.</summary>
/// <param name="Name">What messages call it.</param>
internal sealed record FileText(string Name, string Text);

/// <summary>What files declare, ready to be called.</summary>
internal sealed record LoadedTools(DeclaredTools Tools, IReadOnlyList<SourceHandle> Sources)
{
    public static readonly LoadedTools None = new(DeclaredTools.None, []);
}

/// <summary>Something is wrong with the tools file.</summary>
internal sealed class ToolFileException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>Gets each problem as <c>file:line:column: text</c>.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
