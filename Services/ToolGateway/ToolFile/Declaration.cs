using System.Text;
using Runtime.ToolGateway.ToolFile.Yaml;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>One thing that a file declares: a source, a tool or an auth service, with its name and kind.</summary>
internal sealed class Declaration(DeclaredThing thing, YamlScalar name, YamlScalar kind, YamlMap fields, Problems problems)
{
    // Read with the declaration itself, in either form of the file.
    private static readonly string[] Own = ["name", "kind", "type"];

    public string Name => name.Text;

    public string Kind => kind.Text;

    /// <summary>Gets where its name is.</summary>
    public Place Place => name.Place;

    public Place KindPlace => kind.Place;

    public Problems Problems => problems;

    /// <summary>Gets what a message about it begins with.</summary>
    public string Owner => $"{thing.Word} '{Name}'";

    /// <summary>Reads its fields.</summary>
    public T Settings<T>()
        where T : class => SettingsBinder.Bind<T>(fields, Owner, problems, Own);

    /// <summary>Adds a problem where a field is, or where the declaration is when the field is absent.</summary>
    public void Problem(string field, string text) => problems.Add(fields.Find(field)?.Value.Place ?? Place, text);

    /// <summary>Returns all that it says, as one text: equal texts declare the same.</summary>
    public string Text()
    {
        var text = new StringBuilder(Kind);
        Append(fields);
        return text.ToString();

        void Append(YamlNode node)
        {
            // The length before the text: no text can look like two.
            switch (node)
            {
                case YamlMap map:
                    text.Append('{');
                    foreach (var entry in map.Entries.OrderBy(entry => entry.Key.Text, StringComparer.Ordinal))
                    {
                        Append(entry.Key);
                        Append(entry.Value);
                    }

                    text.Append('}');
                    break;
                case YamlList list:
                    text.Append('[');
                    foreach (var item in list.Items)
                    {
                        Append(item);
                    }

                    text.Append(']');
                    break;
                default:
                    var scalar = (YamlScalar)node;
                    text.Append(scalar.Text.Length).Append(scalar.IsNull ? '~' : ':').Append(scalar.Text);
                    break;
            }
        }
    }
}

/// <summary>What can be declared.</summary>
/// <param name="Word">Its name at the beginning of a sentence.</param>
/// <param name="Kind">Its <c>kind</c> in the form of one document a thing.</param>
/// <param name="Section">Its section in the form of mappings.</param>
internal sealed record DeclaredThing(string Word, string Kind, string Section)
{
    public static readonly DeclaredThing Source = new("Source", "source", "sources");
    public static readonly DeclaredThing Tool = new("Tool", "tool", "tools");
    public static readonly DeclaredThing AuthService = new("Auth service", "authService", "authServices");
    public static readonly DeclaredThing Toolset = new("Toolset", "toolset", "toolsets");

    /// <summary>What MCP Toolbox calls a toolset that can hold more than tools.</summary>
    public static readonly DeclaredThing Group = new("Group", "group", "groups");

    public static readonly DeclaredThing[] All = [Source, Tool, AuthService, Toolset, Group];
}
