using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Tests;

public sealed class SettingsSnapshotTests
{
    [Fact]
    public void The_section_comes_before_the_variables_and_they_in_their_order()
    {
        var all = new Dictionary<string, string?> { ["Integrations:GoogleCloud:Project"] = "section", ["GOOGLE_CLOUD_PROJECT"] = "first", ["GCP_PROJECT"] = "last" };
        Assert.Equal("section", Read(all).Get(SharedSettings.Project));

        all.Remove("Integrations:GoogleCloud:Project");
        Assert.Equal("first", Read(all).Get(SharedSettings.Project));

        all["GOOGLE_CLOUD_PROJECT"] = " ";
        Assert.Equal("last", Read(all).Get(SharedSettings.Project));
    }

    [Fact]
    public void A_value_tells_the_variable_file_or_default_that_it_is_from()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.json");
        File.WriteAllText(file, """{"Integrations":{"GoogleCloud":{"Location":"europe-west1"}}}""");
        try
        {
            var root = new ConfigurationBuilder().AddJsonFile(file).Add(new EnvironmentVariablesConfigurationSource { Prefix = "NOTHING_HAS_THIS_" }).Build();
            root.Providers.Last().Set("GCLOUD_PROJECT", "p1");

            var snapshot = SettingsSnapshot.Read(root, IntegrationCatalogue.BuiltIn);

            Assert.Equal("GCLOUD_PROJECT", snapshot[SharedSettings.Project].Source);
            Assert.Equal(Path.GetFileName(file), snapshot[SharedSettings.Location].Source);
            Assert.Equal("default", snapshot[SharedSettings.MetadataHost].Source);
            Assert.Equal("not set", snapshot[SharedSettings.Impersonate].Source);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Without_a_project_setting_the_credentials_file_tells_the_project()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """{"type":"service_account","project_id":"of-the-file"}""");
        try
        {
            var value = Read(new() { ["GOOGLE_APPLICATION_CREDENTIALS"] = file })[SharedSettings.Project];

            Assert.Equal(("of-the-file", "project_id of the credentials file", false), (value.Value, value.Source, value.IsSet));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_address_of_the_session_database_is_the_connection_string_and_else_the_variable_of_ADK()
    {
        var all = new Dictionary<string, string?> { ["ConnectionStrings:sessions"] = "sqlite:///first.db", ["SESSION_SERVICE_URI"] = "sqlite:///second.db" };
        var both = Read(all)[SessionDatabaseIntegration.Address];
        Assert.Equal(("sqlite:///first.db", "ConnectionStrings:sessions"), (both.Value, both.Name));

        all["ConnectionStrings:sessions"] = "";
        var one = Read(all)[SessionDatabaseIntegration.Address];
        Assert.Equal(("sqlite:///second.db", "SESSION_SERVICE_URI"), (one.Value, one.Name));
    }

    [Fact]
    public void What_is_secret_is_in_no_text()
    {
        var value = Read(new() { ["GOOGLE_OAUTH_ACCESS_TOKEN"] = "ya29.secret" })[SharedSettings.AccessToken];

        Assert.Equal("ya29.secret", value.Value);
        Assert.DoesNotContain("ya29", $"{value} {value.Shown}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://u:p@ss/word@host/db?sslpassword=x&sslmode=require", "postgresql://u:***@host/db?sslpassword=***&sslmode=require")]
    [InlineData("Host=h;Password=secret;Database=d", "Host=h;Password=***;Database=d")]
    [InlineData("https://host/path?api_key=k&page=1", "https://host/path?api_key=***&page=1")]
    [InlineData("https://host/path?access_token=k", "https://host/path?access_token=***")]
    [InlineData("http://127.0.0.1:5000/mcp", "http://127.0.0.1:5000/mcp")]
    public void A_password_key_or_token_in_an_address_is_masked(string text, string shown) => Assert.Equal(shown, Secrets.Mask(text));

    [Theory]
    [InlineData("Integrations:Spaner:Database", "Integrations:Spanner:Database")]
    [InlineData("Integrations:GoogleCloud:Projekt", "Integrations:GoogleCloud:Project")]
    [InlineData("Integrations:BigQuery:EndPoints", "Integrations:BigQuery:Endpoint")]
    public void A_key_that_nobody_knows_is_refused_with_the_nearest_one(string key, string nearest)
    {
        var error = Assert.Throws<SettingException>(() => Read(new() { [key] = "x" }));

        Assert.Equal(key, error.Setting);
        Assert.Contains($"write {nearest} (variable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_credentials_of_any_scheme_of_a_document_are_known() =>
        Assert.NotNull(Read(new() { ["Integrations:OpenAPI:Credentials:my_key"] = "x" }));

    private static SettingsSnapshot Read(Dictionary<string, string?> settings)
    {
        settings.TryAdd("HOME", "/nowhere");
        return SettingsSnapshot.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), IntegrationCatalogue.BuiltIn);
    }
}
