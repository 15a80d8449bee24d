using System.Text.Json.Nodes;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>What tools may speak of: the sources and auth services of all files.</summary>
/// <param name="sources">By name; null for one that is declared and has a problem of its own.</param>
/// <param name="authServices">By name; null for one that is declared and has a problem of its own.</param>
internal sealed class DeclaredScope(IReadOnlyDictionary<string, SourceHandle?> sources, IReadOnlyDictionary<string, IAuthService?> authServices)
{
    /// <summary>Returns the source that a tool names; null after adding a problem, or where the source has one.</summary>
    public SourceHandle<TSource>? SourceOf<TSource>(Declaration tool, string name)
        where TSource : class, ISource
    {
        if (name.Length is 0)
        {
            return null;
        }

        if (!sources.TryGetValue(name, out var handle))
        {
            tool.Problem("source", $"{tool.Owner} names the source '{name}', which is not declared. {Problems.Hint(name, sources.Keys)}");
            return null;
        }

        if (handle is not null && handle.Source is not TSource)
        {
            tool.Problem("source", $"{tool.Owner} is of kind '{tool.Kind}', and its source '{name}' of kind '{handle.Kind}', which it cannot use. Fix: name another source.");
            return null;
        }

        return handle is null ? null : new(handle, (TSource)handle.Source);
    }

    /// <summary>Checks what every tool names.</summary>
    public void Check(Declaration tool, ToolSettings settings)
    {
        foreach (var name in settings.AuthRequired)
        {
            CheckAuthService(tool, "authRequired", name);
        }
    }

    /// <summary>Adds a problem where there is no such auth service.</summary>
    public void CheckAuthService(Declaration tool, string field, string name)
    {
        if (!authServices.ContainsKey(name))
        {
            tool.Problem(field, $"{tool.Owner} names the auth service '{name}', which is not declared. {Problems.Hint(name, authServices.Keys)}");
        }
    }

    /// <summary>Returns what models and clients are told of a tool.</summary>
    public ToolDescription Describe(
        Declaration tool, ToolSettings settings, IReadOnlyList<ToolParameter> parameters, ToolEffects effects, JsonObject? outputSchema = null)
    {
        var named = settings.AuthRequired.Concat(parameters.SelectMany(parameter => parameter.AuthServices).Select(source => source.Service)).Distinct(StringComparer.Ordinal);
        return new(tool.Name, tool.Name, settings.Description, ToolAnnotations.Apply(settings.Annotations, effects), parameters)
        {
            AuthRequired = settings.AuthRequired,
            AuthServices = named.Select(authServices.GetValueOrDefault).OfType<IAuthService>().ToDictionary(service => service.Name, StringComparer.Ordinal),
            IgnoresUnknownArguments = true,
            OutputSchema = outputSchema,
        };
    }
}
