using Runtime.GoogleCloud;
using Runtime.ServiceDefaults;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Protocols;
using Runtime.ToolGateway.Toolsets;

// The endpoints are in the appsettings.json beside the program, whichever directory it is started from.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

builder.AddServiceDefaults();

// What the tools stand on, the tools, and what calls them.
builder.Services.AddGoogleCloud();
builder.Services.AddToolsets();
builder.Services.AddToolCatalogue();
builder.Services.AddMcpProtocol();

var app = builder.Build();

app.MapServiceDefaults();
app.MapNativeProtocol();
app.MapMcpProtocol();

// Built here so that two tools of one name stop the start, and not the first call.
_ = app.Services.GetRequiredService<ToolCatalogue>();

app.Run();
