using Runtime.Bootstrap;
using Runtime.ServiceDefaults;
using Runtime.ServiceDefaults.Errors;
using Runtime.SessionService;
using Runtime.SessionService.Commands;
using Runtime.SessionService.Expiry;
using Runtime.SessionService.Vertex;
using Runtime.SessionService.Watch;

if (ServiceCommands.AreMeant(args))
{
    return await ServiceCommands.RunAsync(args, Console.Out, Console.Error);
}

try
{
    // The settings file lies beside the program, wherever that is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

    builder.AddServiceDefaults();
    builder.AddSessionSettings();
    builder.AddSessionStore();
    builder.AddSessionExpiry();
    builder.AddSessionWatch();
    builder.AddVertexSessions();

    var app = builder.Build();

    app.OpenSessionStore();
    app.MapServiceDefaults();
    app.MapReadiness();
    app.MapGrpcService<SessionsGrpcService>();
    app.MapVertexSessions();
    app.SayWhoMayCall();

    await app.RunAsync();
    return 0;
}
catch (Exception error) when (StartFailure.Explain(error) is { } message)
{
    await Console.Error.WriteLineAsync(message);
    return 1;
}

/// <summary>The service's entry point; public so that tests can host it.</summary>
public partial class Program;
