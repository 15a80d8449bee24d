using Microsoft.Extensions.Logging.Abstractions;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Tests;

public sealed class GoogleCredentialsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("credentials");

    [Fact]
    public async Task A_machine_without_credentials_is_told_the_one_command_that_gives_some()
    {
        using var credentials = Credentials(new() { CloudSdkDirectory = _directory.FullName });

        var error = await Assert.ThrowsAsync<NotConfiguredException>(() => HeadersAsync(credentials));

        Assert.Equal("CREDENTIALS_NOT_FOUND", error.Reason);
        Assert.Equal("Spanner", error.Integration);
        Assert.Equal("gcloud auth application-default login", error.Fix);
    }

    [Fact]
    public async Task A_file_that_is_named_and_absent_is_an_error_and_not_a_reason_to_look_elsewhere()
    {
        using var credentials = Credentials(new() { CredentialsFile = Path.Combine(_directory.FullName, "absent.json"), CloudSdkDirectory = _directory.FullName });

        var error = await Assert.ThrowsAsync<NotConfiguredException>(() => HeadersAsync(credentials));

        Assert.Equal("CREDENTIALS_FILE_MISSING", error.Reason);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"type":"something_else"}""")]
    public async Task A_file_that_holds_no_credentials_is_named_without_its_content(string content)
    {
        var path = Path.Combine(_directory.FullName, "application_default_credentials.json");
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        using var credentials = Credentials(new() { CloudSdkDirectory = _directory.FullName });

        var error = await Assert.ThrowsAsync<NotConfiguredException>(() => HeadersAsync(credentials));

        Assert.Equal("CREDENTIALS_FILE_INVALID", error.Reason);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_variable_is_sent_as_it_is_with_the_quota_project()
    {
        using var credentials = Credentials(new() { AccessToken = "token", QuotaProject = "quota" });

        var headers = await HeadersAsync(credentials);

        Assert.Equal([new("authorization", "Bearer token"), new("x-goog-user-project", "quota")], headers);
    }

    [Fact]
    public async Task A_login_helps_half_a_minute_later_without_a_restart()
    {
        var time = new ManualTime();
        using var credentials = Credentials(new() { CloudSdkDirectory = _directory.FullName }, time);
        await Assert.ThrowsAsync<NotConfiguredException>(() => HeadersAsync(credentials));

        // Not a usable login, so what is said of it tells whether it was looked at.
        await File.WriteAllTextAsync(
            Path.Combine(_directory.FullName, "application_default_credentials.json"), "{}", TestContext.Current.CancellationToken);
        var soon = await Assert.ThrowsAsync<NotConfiguredException>(() => credentials.HeadersAsync(BigtableClient.Product, TestContext.Current.CancellationToken));
        time.Now += TimeSpan.FromSeconds(31);
        var later = await Assert.ThrowsAsync<NotConfiguredException>(() => HeadersAsync(credentials));

        Assert.Equal(("CREDENTIALS_NOT_FOUND", "Bigtable"), (soon.Reason, soon.Integration));
        Assert.Contains("BIGTABLE_EMULATOR_HOST", soon.Problem, StringComparison.Ordinal);
        Assert.Equal("CREDENTIALS_FILE_INVALID", later.Reason);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static GoogleCredentials Credentials(GoogleCloudOptions options, TimeProvider? time = null) =>
        new(options, time ?? TimeProvider.System, NullLogger<GoogleCredentials>.Instance);

    private static Task<IReadOnlyList<KeyValuePair<string, string>>> HeadersAsync(GoogleCredentials credentials) =>
        credentials.HeadersAsync(SpannerClient.Product, TestContext.Current.CancellationToken);

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
