using Runtime.AppHost.Resources;
using Runtime.AppHost.Resources.Bigtable;
using Runtime.AppHost.Resources.Postgres;
using Runtime.AppHost.Resources.PubSub;
using Runtime.AppHost.Resources.Spanner;

if (await CommandLine.AnswerAsync(args) is { } answered)
{
    return answered;
}

try
{
    var builder = DistributedApplication.CreateBuilder(args);
    builder.UseStateDirectory();

    // Backing products. How each is supplied is chosen by Backing__<Name>=auto|container|process|live|none.
    var sessions = builder.AddSessionDatabase("postgres", database: "sessions");
    var pubsub = builder.AddPubSub("pubsub");
    var spanner = builder.AddSpanner("spanner");
    var bigtable = builder.AddBigtable("bigtable");

    // Services. A service waits for what it cannot work without, and reports the rest as not configured.
    var sessionService = builder.AddProject("session-service", "../Services/SessionService/SessionService.csproj")
        .WithServiceEndpoints()
        .WithDatabase(sessions);

    var toolGateway = builder.AddProject("tool-gateway", "../Services/ToolGateway/ToolGateway.csproj")
        .WithServiceEndpoints()
        .WithReference(sessionService)
        .WithBacking(pubsub)
        .WithBacking(spanner)
        .WithBacking(bigtable)
        .WithProject(pubsub, spanner, bigtable);

    builder.RecordStack(sessions, [pubsub, spanner, bigtable], [sessionService, toolGateway]);
    builder.Build().Run();
    return 0;
}
catch (Exception error) when (error is SettingException or DistributedApplicationException)
{
    // A setting or an argument that cannot work needs its words, not a stack trace.
    Console.Error.WriteLine(error.Message);
    return 1;
}

/// <summary>The entry point, by name, for tests.</summary>
public partial class Program;
