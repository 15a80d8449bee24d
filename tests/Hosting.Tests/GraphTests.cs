namespace Runtime.Hosting.Tests;

public sealed class GraphTests
{
    [Fact]
    public void A_circle_of_waits_is_named_step_by_step()
    {
        var builder = TestGraph.Builder();
        var first = builder.AddExecutable("first", "true", ".");
        var second = builder.AddExecutable("second", "true", ".").WaitFor(first);
        first.WaitFor(second);

        var error = Assert.Throws<DistributedApplicationException>(() => Execution.WaitGraph.Check(builder.Resources));

        Assert.Contains("first -> second -> first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_for_a_database_waits_for_its_server_too()
    {
        var builder = TestGraph.Builder();
        var server = builder.AddPostgres("postgres");
        var database = server.AddDatabase("sessions");
        var service = builder.AddExecutable("service", "true", ".").WaitFor(database);

        Assert.Equal([server.Resource, database.Resource], Execution.WaitGraph.DependenciesOf(service.Resource));
    }

    [Fact]
    public void A_resource_stops_before_what_its_environment_refers_to()
    {
        var builder = TestGraph.Builder();
        var emulator = builder.AddExecutable("emulator", "true", ".").WithEndpoint(name: "grpc");
        var gateway = builder.AddExecutable("gateway", "true", ".")
            .WithEnvironment("HOST", ReferenceExpression.Create($"{emulator.GetEndpoint("grpc").Property(EndpointProperty.HostAndPort)}"));

        Assert.True(Execution.WaitGraph.Uses(gateway.Resource, emulator.Resource));
        Assert.False(Execution.WaitGraph.Uses(emulator.Resource, gateway.Resource));
    }

    [Fact]
    public void Two_resources_of_one_name_are_refused()
    {
        var builder = TestGraph.Builder();
        builder.AddExecutable("service", "true", ".");

        Assert.Contains("'Service'", Assert.Throws<DistributedApplicationException>(() => builder.AddExecutable("Service", "true", ".")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_endpoint_added_twice_is_refused_and_an_endpoint_changed_twice_is_not()
    {
        var builder = TestGraph.Builder();
        var service = builder.AddExecutable("service", "true", ".").WithHttpEndpoint(name: "http");

        Assert.Throws<DistributedApplicationException>(() => service.WithHttpEndpoint(name: "http"));
        service.WithEndpoint("HTTP", endpoint => endpoint.Port = 1).WithEndpoint("http", endpoint => endpoint.Port = 2);

        Assert.Equal(2, Assert.Single(service.Resource.Annotations.OfType<EndpointAnnotation>()).Port);
    }

    [Theory]
    [InlineData("redis:7.2", "redis", "7.2")]
    [InlineData("localhost:5000/redis", "localhost:5000/redis", null)]
    [InlineData("localhost:5000/redis:7", "localhost:5000/redis", "7")]
    public void An_image_in_one_string_is_taken_apart(string image, string name, string? tag)
    {
        var container = TestGraph.Builder().AddContainer("cache", image).Resource.Annotations.OfType<ContainerImageAnnotation>().Single();

        Assert.Equal((name, tag), (container.Image, container.Tag));
    }
}
