using Runtime.Bootstrap;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Integrations;
using Runtime.ServiceDefaults;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Plugins;
using Runtime.ToolGateway.Protocols;
using Runtime.ToolGateway.Protocols.Toolbox;
using Runtime.ToolGateway.ToolFile;
using Runtime.ToolGateway.Toolsets;

try
{
    // The endpoints are in the appsettings.json beside the program, whichever directory it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

    builder.AddServiceDefaults();

    // What the tools stand on, the tools, and what calls them.
    builder.Services.AddBootstrap(IntegrationCatalogue.BuiltIn.For(static entry => entry is not SessionDatabaseIntegration));
    builder.Services.AddToolsets();
    builder.Services.AddToolFile();
    builder.Services.AddToolCatalogue();
    builder.Services.AddCredentials();
    builder.Services.AddPlugins();
    builder.Services.AddMcpProtocol();
    builder.Services.AddToolboxProtocol();

    var app = builder.Build();

    app.MapServiceDefaults();
    app.MapReadiness();
    app.MapNativeProtocol();
    app.MapMcpProtocol();
    app.MapToolboxProtocol();

    // Built here so that two tools of one name, or a wrong tools file, stop the start and not the first call.
    _ = app.Services.GetRequiredService<LiveCatalogue>();

    await app.RunAsync();
    return 0;
}
catch (Exception error) when (StartFailure.Explain(error) is { } message)
{
    await Console.Error.WriteLineAsync(message);
    return 1;
}
