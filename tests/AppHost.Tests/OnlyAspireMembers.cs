using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Runtime.AppHost.Tests;

/// <summary>The AppHost compiles against Aspire too, so it may use nothing of the embedded orchestrator that Aspire has not.</summary>
/// <remarks>Every member below is public in Aspire.Hosting or Aspire.Hosting.PostgreSQL 13. Add one only after looking there.</remarks>
public sealed class OnlyAspireMembers
{
    private static readonly string[] Allowed =
    [
        "DistributedApplication.CreateBuilder", "DistributedApplication.Run", "DistributedApplicationExecutionContext.IsPublishMode",
        "IDistributedApplicationBuilder.AddResource", "IDistributedApplicationBuilder.AppHostDirectory", "IDistributedApplicationBuilder.Build",
        "IDistributedApplicationBuilder.Configuration", "IDistributedApplicationBuilder.ExecutionContext", "IDistributedApplicationBuilder.Services",
        "IResourceBuilder.ApplicationBuilder", "IResourceBuilder.Resource", "IResource.Name", "Resource.Name",
        "IResourceWithConnectionString.GetConnectionStringAsync",
        "AddConnectionString", "AddContainer", "AddDatabase", "AddExecutable", "AddParameter", "AddPostgres", "AddProject",
        "GetEndpoint", "WaitFor", "WithArgs", "WithDataVolume", "WithEndpoint", "WithEntrypoint", "WithEnvironment", "WithHealthCheck", "WithHttpHealthCheck",
        "WithImage", "WithImageRegistry", "WithReference",
        "CommandLineArgsCallbackContext.Args", "CommandLineArgsCallbackContext.CancellationToken",
        "EndpointAnnotation.Port", "EndpointAnnotation.Transport",
        "EndpointReference.Host", "EndpointReference.IsAllocated", "EndpointReference.Port", "EndpointReference.Property", "EndpointReference..ctor",
        "ExecutableResource..ctor", "Resource..ctor", "GenerateParameterDefault.MinLength", "GenerateParameterDefault..ctor",
        "ParameterResource.GetValueAsync", "ReferenceExpression.Create", "ReferenceExpression.GetValueAsync",
        "ExpressionInterpolatedStringHandler.AppendFormatted", "ExpressionInterpolatedStringHandler.AppendLiteral", "ExpressionInterpolatedStringHandler..ctor",
    ];

    [Fact]
    public void The_graph_uses_nothing_that_Aspire_has_not()
    {
        using var file = File.OpenRead(typeof(Program).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();

        var used = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Select(member => (Type: OwnerOf(metadata, member), Member: metadata.GetString(member.Name)))
            .Where(use => use.Type is not null)
            .Select(use => NameOf(use.Type!, use.Member))
            .Distinct(StringComparer.Ordinal)
            .ToArray();

        Assert.Contains("DistributedApplication.CreateBuilder", used);
        Assert.Empty(used.Except(Allowed));
    }

    /// <summary>Extension methods count by their name: which static class holds them is nobody's business.</summary>
    private static string NameOf(string type, string member)
    {
        var name = member.StartsWith("get_", StringComparison.Ordinal) || member.StartsWith("set_", StringComparison.Ordinal) ? member[4..] : member;
        return type.EndsWith("Extensions", StringComparison.Ordinal) ? name : $"{type}.{name}";
    }

    private static string? OwnerOf(MetadataReader metadata, MemberReference member) => member.Parent.Kind switch
    {
        HandleKind.TypeReference => NameInHosting(metadata, (TypeReferenceHandle)member.Parent),
        HandleKind.TypeSpecification => GenericOwnerOf(metadata, metadata.GetTypeSpecification((TypeSpecificationHandle)member.Parent)),
        _ => null,
    };

    private static string? GenericOwnerOf(MetadataReader metadata, TypeSpecification specification)
    {
        var signature = metadata.GetBlobReader(specification.Signature);
        if (signature.ReadSignatureTypeCode() is not SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        signature.ReadCompressedInteger();   // class or value type
        var type = signature.ReadTypeHandle();
        return type.Kind is HandleKind.TypeReference ? NameInHosting(metadata, (TypeReferenceHandle)type) : null;
    }

    private static string? NameInHosting(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var scope = type.ResolutionScope;
        while (scope.Kind is HandleKind.TypeReference)
        {
            scope = metadata.GetTypeReference((TypeReferenceHandle)scope).ResolutionScope;
        }

        return scope.Kind is HandleKind.AssemblyReference && metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name) == "Hosting"
            ? metadata.GetString(type.Name).Split('`')[0]
            : null;
    }
}
