using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex;

/// <summary>Which app an engine's sessions belong to.</summary>
internal sealed class EngineApps(IOptions<VertexOptions> options)
{
    private readonly VertexOptions _options = options.Value;
    private readonly bool _needsProject = options.Value.AppName.Contains("{project}", StringComparison.Ordinal)
        || options.Value.AppName.Contains("{location}", StringComparison.Ordinal);

    /// <exception cref="InvalidArgumentException">The name is short, and the setting needs the project or location.</exception>
    public string AppOf(EngineName engine, string field)
    {
        if (_options.Apps.TryGetValue(engine.Engine, out var app))
        {
            return app;
        }

        if (_needsProject && engine.Project.Length == 0)
        {
            throw new InvalidArgumentException(field, engine.ToString(),
                $"a full name with project and location, because the setting {VertexOptions.Section}:AppName is '{_options.AppName}'");
        }

        return _options.AppName
            .Replace("{project}", engine.Project, StringComparison.Ordinal)
            .Replace("{location}", engine.Location, StringComparison.Ordinal)
            .Replace("{engine}", engine.Engine, StringComparison.Ordinal);
    }
}
