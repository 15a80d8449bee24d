using System.Reflection;
using System.Text.RegularExpressions;
using Runtime.Bootstrap.Catalogue;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.Docs.Tests;

/// <summary>Where an error sends its reader, there is something to read.</summary>
public sealed partial class RunbookTests
{
    [Fact]
    public void Every_integration_that_an_error_names_has_the_section_that_the_error_links_to()
    {
        var integrations = IntegrationsInSource().Concat(Products().Select(product => product.Name)).Concat(IntegrationCatalogue.BuiltIn.All.Select(entry => entry.Name)).Distinct().ToArray();
        var anchors = MarkdownPage.Runbook.Headings.Select(heading => $"{MarkdownPage.Runbook.Path}#{MarkdownPage.AnchorOf(heading)}").ToHashSet();

        Assert.Contains("Session database", integrations);
        Assert.All(integrations, name => Assert.Contains(ServiceException.DocsOf(name), anchors));
    }

    [Fact]
    public void The_section_of_a_Google_product_names_its_variable_API_and_role() => Assert.All(Products(), product =>
    {
        var section = MarkdownPage.Runbook.Section(product.Name);

        Assert.Contains($"`{product.EmulatorVariable}`", product.EmulatorVariable is null ? "``" : section, StringComparison.Ordinal);
        Assert.Contains(product.Api, section, StringComparison.Ordinal);
        Assert.Contains(product.Role, section, StringComparison.Ordinal);
    });

    [Fact]
    public void Every_link_between_pages_leads_somewhere() => Assert.All(MarkdownPage.All, page => Assert.All(page.Links, link =>
    {
        var (file, anchor) = link.Split('#') is [var path, var heading] ? (path, heading) : (link, null);
        var folder = Path.Combine(Repository.Root, Path.GetDirectoryName(page.Path)!);
        var target = file.Length == 0 ? Path.Combine(Repository.Root, page.Path) : Path.GetFullPath(file, folder);

        Assert.True(Path.Exists(target), $"{page.Path} links to '{link}', which is not there.");
        var there = MarkdownPage.All.Where(other => Path.Combine(Repository.Root, other.Path) == target).SelectMany(other => other.Headings);
        var found = anchor is null || there.Select(MarkdownPage.AnchorOf).Contains(anchor);
        Assert.True(found, $"{page.Path} links to '{link}', which is no heading there.");
    }));

    /// <summary>The Google products that the wire clients know.</summary>
    internal static IEnumerable<GoogleProduct> Products() =>
        (from assembly in new[] { typeof(GoogleProduct).Assembly, typeof(Integration).Assembly }
         from type in assembly.GetTypes()
         from field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
         where field.FieldType == typeof(GoogleProduct)
         select (GoogleProduct)field.GetValue(null)!)
        .Concat(IntegrationCatalogue.BuiltIn.All.OfType<GoogleIntegration>().Select(integration => integration.Product));

    private static IEnumerable<string> IntegrationsInSource() =>
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "Services"), "*.cs", SearchOption.AllDirectories)
        from Match match in Integration().Matches(File.ReadAllText(file))
        select match.Groups[1].Value;

    [GeneratedRegex("new NotConfiguredException\\(\\s*\"([^\"]+)\"")]
    private static partial Regex Integration();
}
