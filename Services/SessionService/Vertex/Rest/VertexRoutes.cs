namespace Runtime.SessionService.Vertex.Rest;

/// <summary>The API's HTTP bindings, by hand: its JSON must keep what proto messages cannot say, and its errors have a shape of their own.</summary>
internal static class VertexRoutes
{
    /// <summary>Where engines are, by version. Only v1beta1 knows the short names, which clients with a base URL and no project use.</summary>
    public static readonly IReadOnlyList<(string Version, string Engine)> Prefixes =
    [
        ("v1", "/v1/projects/{project}/locations/{location}/reasoningEngines/{engine}"),
        ("v1beta1", "/v1beta1/projects/{project}/locations/{location}/reasoningEngines/{engine}"),
        ("v1beta1", "/v1beta1/reasoningEngines/{engine}"),
    ];

    public static void MapVertexRest(this IEndpointRouteBuilder app)
    {
        var endpoints = app.ServiceProvider.GetRequiredService<VertexEndpoints>();
        foreach (var (version, engine) in Prefixes)
        {
            var sessions = $"{engine}/sessions";
            var session = $"{sessions}/{{session}}";
            Map(HttpMethods.Post, sessions, endpoints.CreateSession);
            Map(HttpMethods.Get, sessions, endpoints.ListSessions);
            Map(HttpMethods.Get, session, endpoints.GetSession);
            Map(HttpMethods.Patch, session, endpoints.UpdateSession);
            Map(HttpMethods.Delete, session, endpoints.DeleteSession);
            Map(HttpMethods.Get, $"{session}/events", endpoints.ListEvents);
            Map(HttpMethods.Post, $"{session}:appendEvent", endpoints.AppendEvent);

            void Map(string method, string route, Func<VertexCall, Task> endpoint) => MapOne(app, method, route, version, endpoint);
        }

        foreach (var version in Prefixes.Select(prefix => prefix.Version).Distinct())
        {
            // Clients ask for operations below a session, an engine or a location, and older ones by the id alone.
            foreach (var parent in (string[])
                ["", "/projects/{project}/locations/{location}", .. Prefixes.Where(prefix => prefix.Version == version).SelectMany(Parents)])
            {
                var operations = $"/{version}{parent}/operations";
                MapOne(app, HttpMethods.Get, operations, version, VertexEndpoints.ListOperations);
                MapOne(app, HttpMethods.Get, operations + "/{operation}", version, endpoints.GetOperation);
                MapOne(app, HttpMethods.Delete, operations + "/{operation}", version, endpoints.ForgetOperation);
                MapOne(app, HttpMethods.Post, operations + "/{operation}:wait", version, endpoints.GetOperation);
                MapOne(app, HttpMethods.Post, operations + "/{operation}:cancel", version, endpoints.ForgetOperation);
            }

            app.Map($"/{version}/{{**path}}", (RequestDelegate)(context => VertexErrors.AnsweringAsync(new(context, version), VertexErrors.NoSuchMethod)))
                .WithOrder(int.MaxValue);
        }

        static IEnumerable<string> Parents((string Version, string Engine) prefix)
        {
            var engine = prefix.Engine[(prefix.Version.Length + 1)..];
            return [engine, engine + "/sessions/{session}"];
        }
    }

    private static void MapOne(IEndpointRouteBuilder app, string method, string route, string version, Func<VertexCall, Task> endpoint) =>
        app.MapMethods(route, [method], (RequestDelegate)(context => VertexErrors.AnsweringAsync(new(context, version), endpoint)));
}
