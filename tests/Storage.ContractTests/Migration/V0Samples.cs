using System.Text.Json;

namespace Runtime.Storage.ContractTests.Migration;

/// <summary>What the events of a version 0 database hold in these tests.</summary>
internal static class V0Samples
{
    public const string Content = """{"parts": [{"text": "it's"}, {"function_call": {"args": {"someKey": 1}, "name": "f"}}], "role": "model"}""";

    // The samples of Storage.Tests, which says how they are made.
    private static readonly JsonElement _pickles = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Migration", "pickles.json"))).RootElement;

    /// <summary>Gets the time of the first event, which has microseconds.</summary>
    public static readonly DateTime Start = DateTime.UnixEpoch.AddSeconds(1_763_872_000).AddMicroseconds(123_456);

    /// <summary>Event actions as Python pickled them.</summary>
    public static byte[] Pickle(string name) => Convert.FromBase64String(Sample("read", name).GetProperty("pickles").GetProperty("5").GetString()!);

    /// <summary>Event actions that hold more than data.</summary>
    public static byte[] BadPickle(string name) => Convert.FromBase64String(Sample("refused", name).GetProperty("pickle").GetString()!);

    /// <summary>What ADK's own migration makes of a sample.</summary>
    public static JsonElement Actions(string name) => Sample("read", name).GetProperty("json");

    private static JsonElement Sample(string list, string name) =>
        _pickles.GetProperty(list).EnumerateArray().Single(sample => sample.GetProperty("name").GetString() == name);
}
