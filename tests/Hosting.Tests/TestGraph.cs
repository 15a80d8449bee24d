namespace Runtime.Hosting.Tests;

internal static class TestGraph
{
    public static IDistributedApplicationBuilder Builder(params string[] args) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
}
