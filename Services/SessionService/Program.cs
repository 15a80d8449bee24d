using Runtime.ServiceDefaults;
using Runtime.ServiceDefaults.Errors;
using Runtime.SessionService;

try
{
    // The settings file lies beside the program, wherever that is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

    builder.AddServiceDefaults();
    builder.AddSessionSettings();
    builder.AddSessionStore();

    var app = builder.Build();

    app.OpenSessionStore();
    app.MapServiceDefaults();
    app.MapGrpcService<SessionsGrpcService>();

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
