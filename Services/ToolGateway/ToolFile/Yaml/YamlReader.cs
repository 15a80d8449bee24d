using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Runtime.ToolGateway.ToolFile.Yaml;

/// <summary>Reads the documents of a file as nodes that know their place.</summary>
/// <remarks>The library's own tree refuses a name that comes twice, and with it everything behind; this one leaves that to be reported.</remarks>
internal sealed class YamlReader
{
    private const string MergeKey = "<<";

    private readonly Dictionary<AnchorName, YamlNode> _anchors = [];
    private readonly string _file;
    private readonly EnvironmentText _environment;
    private readonly Problems _problems;
    private readonly Parser _events;

    private YamlReader(string file, string text, EnvironmentText environment, Problems problems)
    {
        _file = file;
        _environment = environment;
        _problems = problems;
        _events = new(new StringReader(text));
    }

    /// <summary>Returns the documents; those before a fault of syntax where there is one.</summary>
    public static IReadOnlyList<YamlNode> Read(string file, string text, Func<string, string?> variables, Problems problems)
    {
        var environment = new EnvironmentText(file, text, variables, problems);
        List<YamlNode> documents = [];
        try
        {
            new YamlReader(file, environment.Marked, environment, problems).ReadDocuments(documents);
        }
        catch (YamlException error)
        {
            problems.Add(new(file, (int)error.Start.Line, (int)error.Start.Column), $"This is not YAML: {environment.Unmark(error.Message)}");
        }

        return documents;
    }

    private void ReadDocuments(List<YamlNode> documents)
    {
        _events.Consume<StreamStart>();
        while (_events.Accept<DocumentStart>(out _))
        {
            _events.Consume<DocumentStart>();
            _anchors.Clear();
            if (ReadNode() is not YamlScalar { IsNull: true } and var document)
            {
                documents.Add(document);
            }

            _events.Consume<DocumentEnd>();
        }
    }

    private YamlNode ReadNode()
    {
        var (node, anchor) = Read();
        if (!anchor.IsEmpty)
        {
            _anchors[anchor] = node;
        }

        return node;
    }

    private (YamlNode Node, AnchorName Anchor) Read()
    {
        if (_events.TryConsume<Scalar>(out var scalar))
        {
            return (ReadScalar(scalar), scalar.Anchor);
        }

        if (_events.TryConsume<SequenceStart>(out var sequence))
        {
            List<YamlNode> items = [];
            while (!_events.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode());
            }

            return (new YamlList(PlaceOf(sequence), items), sequence.Anchor);
        }

        if (_events.TryConsume<MappingStart>(out var mapping))
        {
            return (ReadMap(mapping), mapping.Anchor);
        }

        var alias = _events.Consume<AnchorAlias>();
        return _anchors.TryGetValue(alias.Value, out var known)
            ? (known, default)
            : throw new YamlException(alias.Start, alias.End, $"There is no anchor '&{alias.Value}' before this alias.");
    }

    private YamlScalar ReadScalar(Scalar scalar)
    {
        var place = PlaceOf(scalar);
        return new(place, _environment.Resolve(scalar.Value), scalar is { Style: ScalarStyle.Plain, Tag.IsEmpty: true });
    }

    private YamlMap ReadMap(MappingStart start)
    {
        List<YamlEntry> entries = [];
        List<YamlMap> merged = [];
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode();
            var value = ReadNode();
            if (key is not YamlScalar name)
            {
                _problems.Add(key.Place, $"A name is {key.Description}. Allowed: text.");
            }
            else if (name is { IsPlain: true, Text: MergeKey })
            {
                merged.AddRange(value is YamlList list ? list.Items.OfType<YamlMap>() : [.. new[] { value }.OfType<YamlMap>()]);
            }
            else
            {
                entries.Add(new(name, value));
            }
        }

        foreach (var entry in merged.SelectMany(map => map.Entries))
        {
            if (entries.TrueForAll(own => own.Key.Text != entry.Key.Text))
            {
                entries.Add(entry);
            }
        }

        return new(PlaceOf(start), entries);
    }

    private Place PlaceOf(NodeEvent node) => new(_file, (int)node.Start.Line, (int)node.Start.Column);
}
