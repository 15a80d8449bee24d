using System.Net.Sockets;

namespace Runtime.Hosting.Tests;

public sealed class ReferenceExpressionTests
{
    [Fact]
    public async Task An_expression_keeps_its_references_and_resolves_them_when_asked()
    {
        var resource = new ContainerResource("cache");
        var endpoint = new EndpointReference(resource, "tcp");
        var expression = ReferenceExpression.Create($"cache://{endpoint.Property(EndpointProperty.HostAndPort)}/0");

        Assert.Equal("cache://{cache.bindings.tcp.host}:{cache.bindings.tcp.port}/0", expression.ValueExpression);

        resource.Annotations.Add(new EndpointAnnotation(ProtocolType.Tcp, name: "tcp") { AllocatedEndpoint = new("tcp", "127.0.0.1", 6000, 6379) });
        Assert.Equal("cache://127.0.0.1:6000/0", await expression.GetValueAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void An_unknown_endpoint_names_the_ones_that_exist()
    {
        var resource = new ContainerResource("cache");
        resource.Annotations.Add(new EndpointAnnotation(ProtocolType.Tcp, name: "tcp"));

        var error = Assert.Throws<InvalidOperationException>(() => new EndpointReference(resource, "http").Url);

        Assert.Contains("it has: tcp", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("two--hyphens")]
    [InlineData("ends-")]
    [InlineData("under_score")]
    public void A_name_that_the_tools_could_not_use_is_refused(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => new ContainerResource(name));
}
