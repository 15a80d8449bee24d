using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Smoke.Framework;

/// <summary>What live variants need: the environment without its emulators, and an integration that works there.</summary>
public static class LiveNeeds
{
    /// <summary>Makes the configuration that the real services are reached with.</summary>
    public static IConfigurationRoot Configuration() => new ConfigurationBuilder()
        .AddEnvironmentVariables()
        .AddInMemoryCollection(GoogleVariables.Emulators.Select(emulator => new KeyValuePair<string, string?>(emulator, "")))
        .Build();

    /// <summary>Skips a live test where the integration is not configured, and fails it where it is and does not work; both with the doctor's words and step.</summary>
    /// <param name="key">Key of the integration; the doctor asks its probe.</param>
    /// <param name="variables">The variables that a live run is usually given its secrets by.</param>
    public static async Task RequireAsync(string key, params string[] variables)
    {
        await using var services = Wiring.Of(Configuration());
        var report = await services.GetRequiredService<Doctor>().ExamineAsync([key], TestTimeouts.Call, TestContext.Current.CancellationToken);
        var finding = report.Findings.Single();
        var words = $"{finding.Integration.Name}, live: {finding.Code}: {finding.Missing}";
        Require(finding.State is not IntegrationState.NotConfigured, $"{words}{Unset(variables)} Fix: {finding.Fix}");
        Assert.True(finding.State is IntegrationState.Ready, $"{words} Fix: {finding.Fix}");
    }

    /// <summary>Skips a live test that lacks a variable, with the step that sets it; fails where live is required. Returns the value.</summary>
    /// <param name="fix">The one step, usually <c>export NAME=&lt;value&gt;</c>.</param>
    public static string RequireVariable(string variable, string fix)
    {
        var value = Environment.GetEnvironmentVariable(variable)?.Trim() ?? "";
        Require(value.Length > 0, $"{variable} is not set. Fix: {fix}");
        return value;
    }

    private static void Require(bool present, string reason)
    {
        Assert.False(!present && SmokeSettings.RequiresLive, $"{SmokeSettings.RequireVariable}=live does not let this test skip. {reason}");
        Assert.SkipUnless(present, reason);
    }

    private static string Unset(string[] variables)
    {
        var unset = variables.Where(variable => string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable))).ToArray();
        return unset.Length == 0 ? "" : $" Not set: {string.Join(", ", unset)}.";
    }
}
