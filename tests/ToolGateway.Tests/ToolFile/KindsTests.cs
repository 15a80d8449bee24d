using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud;
using Runtime.Testing;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>docs/tools-yaml.md has every kind with every field.</summary>
public sealed class KindsTests
{
    private static readonly string[] OfEveryTool = ["source", "description", "authRequired", "annotations"];

    [Fact]
    public void Every_kind_has_a_section_that_names_its_fields()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "tools-yaml.md"));
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging()
            .AddGoogleCloud()
            .AddCredentials()
            .AddToolFile()
            .AddOptions<ResultLimitOptions>().Services
            .BuildServiceProvider();

        var kinds = Kinds<ISourceKind>("Source").Concat(Kinds<IToolKind>("Tool")).Concat(Kinds<IAuthServiceKind>("Auth service")).ToArray();

        Assert.NotEmpty(kinds);
        Assert.All(kinds, kind =>
        {
            var (heading, fields) = kind;
            var start = page.IndexOf($"\n### {heading}\n", StringComparison.Ordinal);
            Assert.True(start >= 0, $"docs/tools-yaml.md has no section '{heading}'.");
            var end = page.IndexOf("\n#", start + 1, StringComparison.Ordinal);
            var section = page[start..(end < 0 ? page.Length : end)];
            var missing = fields.Except(OfEveryTool).Where(field => !section.Contains($"`{field}`", StringComparison.Ordinal)).ToArray();
            Assert.True(missing.Length is 0, $"The section '{heading}' of docs/tools-yaml.md lacks {string.Join(", ", missing)}.");
        });

        IEnumerable<(string Heading, IReadOnlyList<string> Fields)> Kinds<TKind>(string word)
            where TKind : IDeclaredKind => services.GetServices<TKind>().Select(kind => ($"{word} `{kind.Name}`", kind.Fields));
    }

    [Fact]
    public void Every_kind_of_the_assembly_is_registered()
    {
        var services = new ServiceCollection().AddToolFile();
        var registered = services.Where(service => service.ServiceType.IsAssignableTo(typeof(IDeclaredKind))).Select(service => service.ImplementationType).ToHashSet();

        var all = typeof(IDeclaredKind).Assembly.GetTypes().Where(type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(IDeclaredKind)));

        Assert.All(all, type => Assert.Contains(type, registered));
    }
}
