using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Sources.Http;
using Runtime.ToolGateway.ToolFile;
using Runtime.ToolGateway.ToolFile.Yaml;

namespace Runtime.ToolGateway.Kinds.Http;

/// <summary>The fields of a tool that sends a request, as MCP Toolbox names them.</summary>
internal sealed class HttpToolSettings : ToolSettings
{
    /// <summary>Gets the path behind the source's address; may have a query, and places for <see cref="PathParams"/>.</summary>
    [Required]
    public string Path { get; init; } = "";

    [Required]
    public string Method { get; init; } = "";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the body, with places for <see cref="BodyParams"/>.</summary>
    public string RequestBody { get; init; } = "";

    public YamlList? PathParams { get; init; }

    public YamlList? QueryParams { get; init; }

    public YamlList? BodyParams { get; init; }

    public YamlList? HeaderParams { get; init; }
}

/// <summary>Sends a request to an HTTP API. The model supplies values; where they go is the operator's.</summary>
internal sealed class HttpKind(IOptions<ResultLimitOptions> limits) : ToolKind<HttpToolSettings, HttpSource>("http")
{
    private static readonly string[] Methods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

    protected override ITool? Create(Declaration declaration, HttpToolSettings settings, HttpSource source, DeclaredScope scope)
    {
        var before = declaration.Problems.Count;
        var path = ParameterReader.Read(settings.PathParams, declaration, scope);
        var query = ParameterReader.Read(settings.QueryParams, declaration, scope);
        var body = ParameterReader.Read(settings.BodyParams, declaration, scope);
        var headers = ParameterReader.Read(settings.HeaderParams, declaration, scope);
        ParameterReader.CheckNames(declaration, [.. path, .. query, .. body, .. headers]);

        var method = settings.Method.ToUpperInvariant();
        if (method.Length > 0 && !Methods.Contains(method))
        {
            declaration.Problem("method", $"Field 'method' of {declaration.Owner} is '{settings.Method}'. {Problems.Hint(settings.Method, Methods)}");
        }

        foreach (var name in settings.Headers.Keys.Where(name => !HttpSource.IsHeaderName(name)))
        {
            declaration.Problem("headers", $"{declaration.Owner} has the header '{name}', which is no name of one. Fix: correct it.");
        }

        foreach (var header in headers.Where(header => header.Parameter.Kind is not ParameterKind.String || !HttpSource.IsHeaderName(header.Parameter.Name)))
        {
            declaration.Problems.Add(header.Place, $"Parameter '{header.Parameter.Name}' of {declaration.Owner} is a header. Allowed: the name of a header, and type string.");
        }

        if (declaration.Problems.Count > before)
        {
            return null;
        }

        var pathTemplate = ValueTemplate.Parse(settings.Path, "path", path, 0, ["pathEscape", "queryEscape"], declaration);
        var bodyTemplate = ValueTemplate.Parse(settings.RequestBody, "requestBody", body, path.Count + query.Count, ["json"], declaration);
        if (pathTemplate is not null && source.Resolve(pathTemplate.Sample) is null)
        {
            declaration.Problem("path", $"Field 'path' of {declaration.Owner} leads out of the address of its source. Fix: begin it with the path of baseUrl, or end baseUrl with a slash and write the path without one.");
        }

        if (pathTemplate is null || bodyTemplate is null || declaration.Problems.Count > before)
        {
            return null;
        }

        var description = scope.Describe(
            declaration, settings, [.. path.Concat(query).Concat(body).Concat(headers).Select(parameter => parameter.Parameter)], EffectsOf(method));
        return new HttpTool(description, source, new(method), settings, pathTemplate, bodyTemplate, path.Count, query.Count, headers.Count, limits.Value);
    }

    /// <summary>RFC 9110, 9.2: which methods are safe, and which idempotent.</summary>
    private static ToolEffects EffectsOf(string method) => method switch
    {
        "GET" or "HEAD" or "OPTIONS" => ToolEffects.Reads with { OpenWorld = true },
        "PUT" or "DELETE" => new(ReadOnly: false, Destructive: true, Idempotent: true) { OpenWorld = true },
        _ => new(ReadOnly: false, Destructive: true, Idempotent: false) { OpenWorld = true },
    };
}
