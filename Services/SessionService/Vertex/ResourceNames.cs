using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex;

/// <summary>The name of an engine, in the form that the caller used; answers use the same.</summary>
/// <param name="Project">Empty in the short form <c>reasoningEngines/{engine}</c>.</param>
/// <param name="Location">Empty in the short form.</param>
/// <param name="Engine">The engine's id.</param>
internal readonly record struct EngineName(string Project, string Location, string Engine)
{
    private const string Allowed = "projects/{project}/locations/{location}/reasoningEngines/{engine}, or reasoningEngines/{engine}";

    /// <exception cref="InvalidArgumentException">The text has another form.</exception>
    public static EngineName Parse(string name, string field) =>
        TryParse(name.Split('/')) ?? throw new InvalidArgumentException(field, name.Length > 0 ? name : null, Allowed);

    public override string ToString() => Project.Length > 0
        ? $"projects/{Project}/locations/{Location}/reasoningEngines/{Engine}"
        : $"reasoningEngines/{Engine}";

    internal static EngineName? TryParse(ReadOnlySpan<string> segments) => segments switch
    {
        ["projects", { Length: > 0 } project, "locations", { Length: > 0 } location, "reasoningEngines", { Length: > 0 } engine] =>
            new(project, location, engine),
        ["reasoningEngines", { Length: > 0 } engine] => new("", "", engine),
        _ => null,
    };
}

/// <summary>The name of a session: its engine's, and its id.</summary>
internal readonly record struct SessionName(EngineName Engine, string Id)
{
    /// <exception cref="InvalidArgumentException">The text has another form.</exception>
    public static SessionName Parse(string name, string field) => TryParse(name) ?? throw new InvalidArgumentException(
        field, name.Length > 0 ? name : null, "the name of an engine followed by /sessions/{session}");

    public static SessionName? TryParse(string name) =>
        name.Split('/') is [.. var engine, "sessions", { Length: > 0 } id] && EngineName.TryParse(engine) is { } parsed ? new(parsed, id) : null;

    public override string ToString() => $"{Engine}/sessions/{Id}";
}
