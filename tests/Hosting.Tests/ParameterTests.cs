namespace Runtime.Hosting.Tests;

public sealed class ParameterTests
{
    [Fact]
    public async Task A_parameter_takes_its_value_from_the_configuration()
    {
        var builder = TestGraph.Builder("--Parameters:region=eu");

        Assert.Equal("eu", await builder.AddParameter("region").Resource.GetValueAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_missing_parameter_says_which_setting_to_give()
    {
        var parameter = TestGraph.Builder().AddParameter("region").Resource;

        var error = await Assert.ThrowsAsync<MissingParameterValueException>(async () => await parameter.GetValueAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Fix: dotnet user-secrets set \"Parameters:region\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generated_secret_stays_the_same_within_a_run_and_has_the_length_asked_for()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var parameter = TestGraph.Builder().AddParameter("password", new GenerateParameterDefault { MinLength = 30 }, secret: true, persist: true).Resource;

        var first = await parameter.GetValueAsync(cancellation);

        Assert.Equal(30, first!.Length);
        Assert.Equal(first, await parameter.GetValueAsync(cancellation));
    }

    [Fact]
    public void A_generated_secret_is_kept_for_the_next_run_in_a_file_that_only_its_user_reads()
    {
        var id = $"runtime-tests-{Guid.CreateVersion7():n}";
        var path = Microsoft.Extensions.Configuration.UserSecrets.PathHelper.GetSecretsPathFromSecretsId(id);
        try
        {
            var first = new UserSecretsStore(id).GetOrAdd("Parameters:password", () => "made once");
            var second = new UserSecretsStore(id).GetOrAdd("Parameters:password", () => "made again");

            Assert.Equal("made once", first);
            Assert.Equal("made once", second);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }
}
