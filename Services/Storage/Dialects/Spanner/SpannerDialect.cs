using System.Text.RegularExpressions;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>Cloud Spanner, whichever of its two SQL dialects the database speaks; the database is asked for it.</summary>
/// <remarks>
/// <para>
/// Credentials and the emulator are a matter of the clients in <see cref="StorageContext.Spanner"/>. The account needs
/// <c>roles/spanner.databaseUser</c>, and the right to change the schema where the tables are not there yet.
/// </para>
/// <para>
/// Limits of Spanner: an event and the state of one scope have at most 2,621,440 characters and 10 MiB each; a batch of events at most
/// 100 MiB and some 5,000 events, because a commit has at most 80,000 mutations and an event counts as 14, one for each column of its row
/// and of its index.
/// </para>
/// </remarks>
public sealed partial class SpannerDialect : IStorageDialect
{
    public string Name => "spanner";

    public IReadOnlyList<string> Schemes => ["spanner"];

    public IReadOnlyList<string> Forms => ["spanner:///projects/project/instances/instance/databases/database"];

    public ISessionStore Open(ConnectionUrl url, StorageContext context)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(context);

        var name = DatabaseName(url);
        var clients = context.Spanner ?? throw new ArgumentException("An address of Spanner needs clients of Spanner.", nameof(context));
        try
        {
            return new SpannerSessionStore(new SpannerDatabase(name, clients), context);
        }
        catch (NotConfiguredException error)
        {
            throw new ConnectionUrlException(error.Problem, error.Fix, error);
        }
    }

    /// <summary>Takes the name of the database from the address, which may have two slashes or three, as people write both.</summary>
    internal string DatabaseName(ConnectionUrl url)
    {
        var name = (url.Host.Length > 0 ? $"{url.Host}{url.Path}" : url.Path.TrimStart('/')).TrimEnd('/');
        if (url.User.Length > 0 || url.Password is not null || url.Port is not null || !Full().IsMatch(name))
        {
            throw new ConnectionUrlException(
                "The Spanner address does not name a database, or names more than that.",
                $"Write {Forms[0]}; an emulator is named by {SpannerClient.Product.EmulatorVariable}, and credentials are found by themselves.");
        }

        return url.Parameters.Count is 0
            ? name
            : throw new ConnectionUrlException(
                $"The Spanner address has the parameter '{url.Parameters.Keys.First()}', which is not known.", $"Write {Forms[0]}.");
    }

    // A project may belong to a domain: example.com:my-project.
    [GeneratedRegex(@"^projects/[a-z0-9.:\-]+/instances/[a-z][a-z0-9\-]*/databases/[a-z][a-z0-9_\-]*$")]
    private static partial Regex Full();
}
