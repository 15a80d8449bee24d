using Google.Cloud.Spanner.V1;
using Runtime.GoogleCloud.Connection;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>The database as it is at one moment, for several queries. Takes no locks and is never aborted.</summary>
public sealed class SpannerSnapshot
{
    internal static readonly TransactionOptions Strong = new() { ReadOnly = new() { Strong = true } };

    private readonly InlineTransaction _transaction;

    internal SpannerSnapshot(GoogleConnection connection, Session session) => _transaction = new(connection, session, Strong);

    /// <summary>Runs a query; its rows come as they are read. One query at a time; the first one fixes the moment.</summary>
    public IAsyncEnumerable<SpannerRow> QueryAsync(SpannerStatement statement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return _transaction.QueryAsync(statement, new ChunkedValues(), cancellationToken);
    }
}
