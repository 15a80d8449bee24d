using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.PubSub;

namespace Runtime.Bootstrap.Tests;

public sealed class BootstrapBuilderTests
{
    [Fact]
    public void An_application_makes_a_client_its_own_way_and_a_reset_makes_it_as_before()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        var bootstrap = services.AddBootstrap();
        PubSubClient? own = null;

        bootstrap.UseClient(provider => own = new PubSubClient(provider.GetRequiredService<GoogleConnections>().Open(PubSubClient.Product)));
        using (var container = services.BuildServiceProvider())
        {
            Assert.Same(container.GetRequiredService<PubSubClient>(), own);
        }

        own = null;
        bootstrap.ResetClient<PubSubClient>();
        using (var container = services.BuildServiceProvider())
        {
            Assert.NotNull(container.GetRequiredService<PubSubClient>());
            Assert.Null(own);
        }
    }
}
