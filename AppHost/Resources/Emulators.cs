using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Runtime.AppHost.Resources;

/// <summary>What differs between Google's emulators.</summary>
/// <param name="Product">Name in <c>Backing__&lt;Product&gt;</c>.</param>
/// <param name="Variable">The standard variable of its client libraries.</param>
/// <param name="Image">The vendor's image, without tag.</param>
/// <param name="Tag">Pinned version of the image.</param>
/// <param name="ContainerPort">Where the image listens.</param>
/// <param name="Command">Replaces the image's entry point, followed by its arguments; empty keeps what the image does.</param>
/// <param name="Program">The emulator's program on this machine; <see langword="null"/> where it is not installed.</param>
/// <param name="ProgramArguments">Makes the arguments that let the program listen on an address.</param>
/// <param name="Install">The one step that installs the program.</param>
/// <param name="ReadyMethod">An admin method that lists something, called until it answers.</param>
/// <param name="ReadyParent">The parent that it lists under.</param>
internal sealed record EmulatorKind(
    string Product, string Variable, string Image, string Tag, int ContainerPort, string[] Command, string? Program,
    Func<ReferenceExpression, EndpointReference, object[]> ProgramArguments, string Install, Method<string, object> ReadyMethod, string ReadyParent);

/// <summary>Adds Google's emulators, however they are supplied.</summary>
internal static class Emulators
{
    private const string EndpointName = "grpc";

    public static BackingProduct Add(IDistributedApplicationBuilder builder, string name, EmulatorKind kind)
    {
        // What is written down for deployment is the vendor's image, whatever this machine has.
        var supply = builder.ExecutionContext.IsPublishMode
            ? new Supply(SupplyMode.Container, "published")
            : Supply.Choose(builder.Configuration, kind.Product, $"{kind.Image}:{kind.Tag}", kind.Program, kind.Install);

        return supply.Mode switch
        {
            SupplyMode.Container => Wire(AddContainer(builder, name, kind), kind, supply),
            SupplyMode.Process => Wire(AddProcess(builder, name, kind), kind, supply),
            SupplyMode.Live => new BackingProduct(supply, null, kind.Variable, null),
            _ => new BackingProduct(supply, builder.AddAbsent(name, supply.Why), kind.Variable, null),
        };
    }

    private static IResourceBuilder<ContainerResource> AddContainer(IDistributedApplicationBuilder builder, string name, EmulatorKind kind)
    {
        var container = builder.AddContainer(name, kind.Image, kind.Tag)
            .WithEndpoint(targetPort: kind.ContainerPort, scheme: "http", name: EndpointName)
            .WithEndpoint(EndpointName, endpoint => endpoint.Transport = "http2");
        return kind.Command is [var entrypoint, .. var arguments] ? container.WithEntrypoint(entrypoint).WithArgs(arguments) : container;
    }

    private static IResourceBuilder<ExecutableResource> AddProcess(IDistributedApplicationBuilder builder, string name, EmulatorKind kind)
    {
        var process = builder.AddExecutable(name, kind.Program!, builder.AppHostDirectory)
            .WithEndpoint(scheme: "http", name: EndpointName)
            .WithEndpoint(EndpointName, endpoint => endpoint.Transport = "http2");
        return process.WithArgs(context =>
        {
            var endpoint = process.GetEndpoint(EndpointName);
            var address = ReferenceExpression.Create($"127.0.0.1:{endpoint.Property(EndpointProperty.TargetPort)}");
            foreach (var argument in kind.ProgramArguments(address, endpoint))
            {
                context.Args.Add(argument);
            }
        });
    }

    private static BackingProduct Wire<T>(IResourceBuilder<T> builder, EmulatorKind kind, Supply supply)
        where T : class, IResourceWithEndpoints
    {
        var endpoint = builder.GetEndpoint(EndpointName);
        var key = $"{builder.Resource.Name}_ready";
        // An open port is not readiness: the check asks what the first client will ask.
        var probe = new EmulatorReadyProbe(endpoint, kind.ReadyMethod, kind.ReadyParent, supply);
        builder.ApplicationBuilder.Services.AddHealthChecks().AddCheck(key, probe);
        builder.WithHealthCheck(key);
        return new BackingProduct(supply, (IResourceBuilder<IResource>)builder, kind.Variable, endpoint);
    }
}
