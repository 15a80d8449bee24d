using Grpc.AspNetCore.Server.Model;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Runtime.ServiceDefaults.Settings;
using Runtime.SessionService.Vertex.Rest;
using Runtime.SessionService.Vertex.Wire;

namespace Runtime.SessionService.Vertex;

/// <summary>What the Vertex AI Sessions API needs in the container, and where it answers.</summary>
internal static class VertexSetup
{
    public static void AddVertexSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<VertexOptions>(VertexOptions.Section);
        builder.Services.AddSingleton<EngineApps>();
        builder.Services.AddSingleton<SessionOwners>();
        builder.Services.AddSingleton<VertexSessions>();
        builder.Services.AddSingleton<SessionOperations>();
        builder.Services.AddSingleton<VertexEndpoints>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<VertexGrpcService>, VertexMethods>());
    }

    public static void MapVertexSessions(this WebApplication app)
    {
        app.MapGrpcService<VertexGrpcService>();
        app.MapGrpcService<OperationsGrpcService>();
        app.MapVertexRest();
    }
}
