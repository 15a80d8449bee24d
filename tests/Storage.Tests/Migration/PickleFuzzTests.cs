using Runtime.Storage.Migration.Pickle;
using Runtime.Testing;

namespace Runtime.Storage.Tests.Migration;

/// <summary>A reader of foreign bytes answers with data or one kind of error, whatever the bytes are. The seeds are fixed, so a failure repeats.</summary>
public sealed class PickleFuzzTests
{
    private const int Rounds = 20_000;

    private static readonly byte[][] _samples =
    [
        .. PickleSamples.Read.SelectMany(entry => entry.Pickles.Values)
            // Written until the limit for JSON is reached, which takes its time.
            .Concat(PickleSamples.Refused.Where(entry => entry.Name != "twice_forty_times").Select(entry => entry.Pickle))
            .Select(Convert.FromBase64String),
    ];

    [Fact]
    public Task Random_bytes_are_read_or_refused() => Try(seed: 1, random =>
    {
        var pickle = new byte[random.Next(2, 200)];
        random.NextBytes(pickle);
        (pickle[0], pickle[1]) = (0x80, 5);
        return pickle;
    });

    [Fact]
    public Task Random_operations_are_read_or_refused()
    {
        var operations = "(.012NKMJGXC]})tsuaebcRqrhj"u8.ToArray().Concat(new byte[] { 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94 }).ToArray();
        return Try(seed: 2, random => [0x80, 5, .. Enumerable.Range(0, random.Next(400)).Select(_ => operations[random.Next(operations.Length)])]);
    }

    [Fact]
    public Task Damaged_pickles_are_read_or_refused() => Try(seed: 3, random =>
    {
        byte[] pickle = [.. _samples[random.Next(_samples.Length)]];
        for (var change = random.Next(1, 8); change > 0; change--)
        {
            pickle[random.Next(pickle.Length)] = (byte)random.Next(256);
        }

        return pickle;
    });

    [Fact]
    public Task Pickles_joined_from_parts_of_others_are_read_or_refused() => Try(seed: 4, random =>
    {
        var (first, second) = (_samples[random.Next(_samples.Length)], _samples[random.Next(_samples.Length)]);
        return [.. first[..random.Next(first.Length)], .. second[random.Next(second.Length)..]];
    });

    // A reader that hangs fails the test instead of the whole run.
    private static Task Try(int seed, Func<Random, byte[]> make) =>
        Task.Run(() => ReadMany(seed, make), TestContext.Current.CancellationToken).WaitAsync(TestTimeouts.Start, TestContext.Current.CancellationToken);

    private static void ReadMany(int seed, Func<Random, byte[]> make)
    {
#pragma warning disable CA5394 // Not for secrets: the same bytes in each run.
        var random = new Random(seed);
#pragma warning restore CA5394
        for (var round = 0; round < Rounds; round++)
        {
            var pickle = make(random);
            try
            {
                PickleSamples.ToJson(pickle);
            }
            catch (PickleException)
            {
                // The one answer allowed beside data.
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Round {round}: {Convert.ToHexString(pickle)}", error);
            }
        }
    }
}
