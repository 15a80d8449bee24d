using Runtime.ToolGateway.ToolFile.Yaml;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Finds the declarations of files in either form: mappings by name under <c>sources:</c>, <c>tools:</c> and so on, or one document a thing.</summary>
internal sealed class ToolFileReader(Problems problems)
{
    // Names of older versions, and of things that MCP Toolbox has and the gateway has not.
    private static readonly Dictionary<string, DeclaredThing> Older = new(StringComparer.Ordinal) { ["authSources"] = DeclaredThing.AuthService };

    private static readonly string[] Absent =
        ["prompts", "prompt", "embeddingModels", "embeddingModel", "resources", "resource", "resourceTemplates", "resourceTemplate"];

    private readonly Dictionary<(DeclaredThing Thing, string Name), Place> _names = [];

    public List<Declaration> Sources { get; } = [];

    public List<Declaration> AuthServices { get; } = [];

    public List<Declaration> Tools { get; } = [];

    /// <summary>Gets the toolsets, each with the names of its tools.</summary>
    public List<(string Name, IReadOnlyList<YamlScalar> Tools)> Toolsets { get; } = [];

    /// <summary>Returns where a toolset is declared.</summary>
    public Place PlaceOfToolset(string name) => _names[(DeclaredThing.Toolset, name)];

    public void Read(IEnumerable<YamlNode> documents)
    {
        foreach (var document in documents)
        {
            if (document is not YamlMap map)
            {
                problems.Add(document.Place, $"The document is {document.Description}. Allowed: a mapping with sources, tools, authServices or toolsets, or with kind and name.");
            }
            else if (map.Find("kind") is { } kind)
            {
                ReadFlat(kind, map);
            }
            else
            {
                ReadSections(map);
            }
        }
    }

    private void ReadFlat(YamlEntry kind, YamlMap map)
    {
        var word = (kind.Value as YamlScalar)?.Text ?? "";
        if (Array.Find(DeclaredThing.All, known => known.Kind == word) is not { } thing)
        {
            problems.Add(kind.Value.Place, Unknown("kind", kind.Value.Description, word, DeclaredThing.All.Select(known => known.Kind)));
        }
        else if (map.Find("name")?.Value is not YamlScalar { Text.Length: > 0 } name)
        {
            problems.Add(kind.Value.Place, $"A {word} has no 'name'. Fix: add it.");
        }
        else
        {
            Add(thing, name, "type", map);
        }
    }

    private void ReadSections(YamlMap document)
    {
        foreach (var (key, value) in document.Entries)
        {
            var thing = Array.Find(DeclaredThing.All, known => known.Section == key.Text) ?? Older.GetValueOrDefault(key.Text);
            if (thing is null)
            {
                problems.Add(key.Place, Unknown("section", key.Description, key.Text, DeclaredThing.All.Select(known => known.Section)));
            }
            else if (value is YamlMap things)
            {
                foreach (var (name, body) in things.Entries)
                {
                    Add(thing, name, "kind", body);
                }
            }
            else if (value is not YamlScalar { IsNull: true })
            {
                problems.Add(value.Place, $"Section '{key.Text}' is {value.Description}. Allowed: a mapping by name.");
            }
        }
    }

    /// <param name="kindField">Where the kind is: <c>type</c> in a document of its own; in a section <c>kind</c>, and <c>type</c> is understood as well.</param>
    private void Add(DeclaredThing thing, YamlScalar name, string kindField, YamlNode body)
    {
        if (!_names.TryAdd((Merged(thing), name.Text), name.Place))
        {
            problems.Add(name.Place, $"{thing.Word} '{name.Text}' is declared twice, first at {_names[(Merged(thing), name.Text)]}. Fix: rename or delete one.");
            return;
        }

        if (thing.Equals(DeclaredThing.Toolset) || thing.Equals(DeclaredThing.Group))
        {
            AddToolset(thing, name, body);
            return;
        }

        if (body is not YamlMap fields)
        {
            problems.Add(body.Place, $"{thing.Word} '{name.Text}' is {body.Description}. Allowed: a mapping of its fields.");
        }
        else if ((fields.Find(kindField) ?? fields.Find("type"))?.Value is not YamlScalar { Text.Length: > 0 } kind)
        {
            problems.Add(name.Place, $"{thing.Word} '{name.Text}' has no '{kindField}'. Fix: add it.");
        }
        else
        {
            var list = thing.Equals(DeclaredThing.Source) ? Sources : thing.Equals(DeclaredThing.Tool) ? Tools : AuthServices;
            list.Add(new(thing, name, kind, fields, problems));
        }
    }

    private void AddToolset(DeclaredThing thing, YamlScalar name, YamlNode body)
    {
        var owner = $"{thing.Word} '{name.Text}'";
        var tools = body is YamlMap map ? SettingsBinder.Bind<ToolsetSettings>(map, owner, problems, "kind", "name").Tools : body as YamlList;
        if (tools is null && body is not YamlScalar { IsNull: true } and not YamlMap)
        {
            problems.Add(body.Place, $"{owner} is {body.Description}. Allowed: a list of names of tools.");
        }

        List<YamlScalar> names = [];
        foreach (var item in tools?.Items ?? [])
        {
            if (item is YamlScalar scalar)
            {
                names.Add(scalar);
            }
            else
            {
                problems.Add(item.Place, $"{owner} has {item.Description} in its list. Allowed: names of tools.");
            }
        }

        Toolsets.Add((name.Text, names));
    }

    // A toolset is a group that has tools only: they share their names.
    private static DeclaredThing Merged(DeclaredThing thing) => thing.Equals(DeclaredThing.Group) ? DeclaredThing.Toolset : thing;

    private static string Unknown(string what, string came, string word, IEnumerable<string> known) => Absent.Contains(word)
        ? $"The {what} {came} is one of MCP Toolbox that the gateway does not have. Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}."
        : $"The {what} {came} is unknown. {Problems.Hint(word, known)}";

    /// <summary>The fields of a toolset or group.</summary>
    private sealed class ToolsetSettings
    {
        /// <summary>Gets what a group is for. Clients of the gateway are told of tools only, so it is a note.</summary>
        public string Description { get; init; } = "";

        public YamlList? Tools { get; init; }
    }
}
