using System.Text;
using System.Text.Json;
using Runtime.Storage.Migration.Pickle;

namespace Runtime.Storage.Tests.Migration;

/// <summary>Pickles as Python makes them, in Pickles/pickles.json; the program that made them lies beside it.</summary>
public sealed class PickleReaderTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Read() =>
        from entry in PickleSamples.Read
        from protocol in entry.Pickles.Keys
        select new TheoryDataRow<string, string>(entry.Name, protocol);

    public static IEnumerable<TheoryDataRow<string>> Refused() => PickleSamples.Refused.Select(entry => new TheoryDataRow<string>(entry.Name));

    [Theory]
    [MemberData(nameof(Read))]
    public void Actions_that_python_pickled_become_the_json_that_adks_own_migration_writes(string name, string protocol)
    {
        var entry = PickleSamples.Read.Single(entry => entry.Name == name);

        var json = PickleSamples.ToJson(Convert.FromBase64String(entry.Pickles[protocol]));

        using var actual = JsonDocument.Parse(json, StorageJson.ReaderOptions);
        Assert.True(JsonElement.DeepEquals(actual.RootElement, entry.Json), $"Read: {json}\nPydantic: {entry.Json.GetRawText()}");
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_pickle_of_more_than_data_is_refused_and_what_it_wanted_is_named(string name)
    {
        var entry = PickleSamples.Refused.Single(entry => entry.Name == name);

        var error = Assert.Throws<PickleException>(() => PickleSamples.ToJson(Convert.FromBase64String(entry.Pickle)));

        Assert.Equal(entry.Global, error.Global);
        Assert.DoesNotContain("never be seen", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_python_has_as_a_float_stays_one()
    {
        var state = PickleSamples.Read.Single(entry => entry.Name == "state");

        var json = PickleSamples.ToJson(Convert.FromBase64String(state.Pickles["5"]));

        Assert.Contains("\"whole\":1.0,", json, StringComparison.Ordinal);
        Assert.Contains("\"minus zero\":-0.0,", json, StringComparison.Ordinal);
    }

    [Theory]
    // Protocol 1 and the future; no end; an end of nothing; an argument beyond the end; opcodes for out-of-band data and foreign ids.
    [InlineData("80014B012E")]
    [InlineData("80064B012E")]
    [InlineData("80054B01")]
    [InlineData("80052E")]
    [InlineData("8005")]
    [InlineData("")]
    [InlineData("80058D0000000000000080")]
    [InlineData("8005B2")]
    [InlineData("8005972E")]
    [InlineData("800550782E")]
    [InlineData("800582012E")]
    // A mark that nothing made, a memo that nobody wrote, an item for a number, an odd map.
    [InlineData("8005652E")]
    [InlineData("800568002E")]
    [InlineData("80054B014B01612E")]
    [InlineData("80057D284B01752E")]
    public void What_is_not_a_pickle_is_refused(string hex) =>
        Assert.Throws<PickleException>(() => PickleReader.Read(Convert.FromHexString(hex)));

    [Fact]
    public void A_map_that_names_one_long_key_over_and_over_is_refused_in_time()
    {
        // A key of 1 MB, remembered, set 200 000 times: 200 GB of text to compare.
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 5, (byte)'X', 0, 0, 16, 0]);
        pickle.Write(Encoding.ASCII.GetBytes(new string('k', 1 << 20)));
        pickle.Write([0x94, (byte)'0', (byte)'}']);
        for (var index = 0; index < 200_000; index++)
        {
            pickle.Write([(byte)'h', 0, (byte)'N', (byte)'s']);
        }

        pickle.Write([(byte)'.']);

        Assert.Throws<PickleException>(() => PickleReader.Read(pickle.ToArray()));
    }
}
