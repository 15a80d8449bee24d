using System.Text;

namespace Runtime.Storage.ContractTests;

/// <summary>A writer in a process of its own, to be killed. Explicit: it is run by another test, and not with the others.</summary>
public sealed class SqliteChild
{
    internal const string FileVariable = "RUNTIME_TEST_SQLITE_ADDRESS";
    internal const string AcknowledgedVariable = "RUNTIME_TEST_ACKNOWLEDGED";

    internal static readonly string[] Arguments = ["-explicit", "only", "-method", $"{typeof(SqliteChild).FullName}.{nameof(Appends_until_it_is_killed)}"];

    [Fact(Explicit = true)]
    public async Task Appends_until_it_is_killed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var store = StorageDialects.BuiltIn.Open(Environment.GetEnvironmentVariable(FileVariable)!, new());
        await using var acknowledged = new FileStream(Environment.GetEnvironmentVariable(AcknowledgedVariable)!, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var number = 0; ; number++)
            {
                await store.AppendAsync(new("app", "user", "session"), Offer.Event($"{writer}-{number}", delta: $$"""{"{{writer}}":{{number}}}"""), null, cancellation);
                lock (acknowledged)
                {
                    acknowledged.Write(Encoding.UTF8.GetBytes($"{writer}-{number}\n"));
                }
            }
        }));
    }
}
