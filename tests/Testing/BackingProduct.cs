namespace Runtime.Testing;

/// <summary>A product that tests run against, and where it answers.</summary>
/// <param name="Name">Resource name in the AppHost's graph, and the word that <c>RUNTIME_TEST_EXPECTS</c> promises it with.</param>
/// <param name="Variable">The variable that points at an instance that runs already.</param>
public sealed record BackingProduct(string Name, string Variable)
{
    public static readonly BackingProduct Postgres = new("postgres", "ConnectionStrings__sessions");
    public static readonly BackingProduct Spanner = new("spanner", "SPANNER_EMULATOR_HOST");
    public static readonly BackingProduct PubSub = new("pubsub", "PUBSUB_EMULATOR_HOST");
    public static readonly BackingProduct Bigtable = new("bigtable", "BIGTABLE_EMULATOR_HOST");

    /// <summary>Returns the connection string (PostgreSQL) or host:port (emulators). Skips where the product is absent; fails where it was promised.</summary>
    public ValueTask<string> AddressOrSkipAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var address = Environment.GetEnvironmentVariable(Variable);
        Expectation.SkipUnless(Name, address is not null, $"No {Name} to test against. Setting: {Variable}. Fix: start one and export {Variable}.");
        return ValueTask.FromResult(address!);
    }
}
