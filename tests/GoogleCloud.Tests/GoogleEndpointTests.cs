using Microsoft.Extensions.Configuration;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Tests;

public sealed class GoogleEndpointTests
{
    [Theory]
    [InlineData("127.0.0.1:9010")]
    [InlineData("http://127.0.0.1:9010/")]
    public void An_emulator_is_called_in_plain_text_where_its_variable_says(string value)
    {
        var endpoint = GoogleEndpoint.Choose(SpannerClient.Product, value);

        Assert.True(endpoint.IsEmulator);
        Assert.Equal(new Uri("http://127.0.0.1:9010"), endpoint.Address);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void Without_an_emulator_Google_is_called_over_TLS(string? value)
    {
        var endpoint = GoogleEndpoint.Choose(SpannerClient.Product, value);

        Assert.False(endpoint.IsEmulator);
        Assert.Equal(new Uri("https://spanner.googleapis.com"), endpoint.Address);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("https://localhost:9010")]
    [InlineData("localhost:9010/path")]
    public void An_address_that_is_not_host_and_port_names_the_variable(string value)
    {
        var error = Assert.Throws<NotConfiguredException>(() => GoogleEndpoint.Choose(SpannerClient.Product, value));

        Assert.Equal("SPANNER_EMULATOR_INVALID", error.Reason);
        Assert.Contains("SPANNER_EMULATOR_HOST", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_project_variable_that_is_not_empty_wins()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("GOOGLE_CLOUD_PROJECT", ""), new("GCLOUD_PROJECT", "second"), new("GCP_PROJECT", "third")])
            .Build();

        Assert.Equal("second", GoogleCloudOptions.From(configuration).Project);
    }
}
