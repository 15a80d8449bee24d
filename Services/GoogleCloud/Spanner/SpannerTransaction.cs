using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>One attempt at a read-write transaction. What it reads stays locked until it ends; rows that it writes without SQL are sent with the commit.</summary>
public sealed class SpannerTransaction
{
    private const int CommitAttempts = 4;

    private static readonly TimeSpan _rollbackPatience = TimeSpan.FromSeconds(2);

    private readonly InlineTransaction _transaction;
    private readonly TimeProvider _time;
    private readonly List<Mutation> _mutations = [];

    internal SpannerTransaction(GoogleConnection connection, Session session, ByteString? previous, bool followsDoubt, TimeProvider time)
    {
        _time = time;
        FollowsDoubt = followsDoubt;
        var readWrite = new TransactionOptions.Types.ReadWrite();
        if (session.Multiplexed && previous is not null)
        {
            readWrite.MultiplexedSessionPreviousTransactionId = previous;
        }

        _transaction = new(connection, session, new() { ReadWrite = readWrite });
    }

    /// <summary>Gets whether an earlier run of the same work may have been committed: what this one finds may be its own.</summary>
    public bool FollowsDoubt { get; }

    internal ByteString? Id => _transaction.Id;

    /// <summary>Gets whether a commit was sent that nobody answered yet, so that it may have taken effect.</summary>
    internal bool InDoubt { get; private set; }

    /// <summary>Runs a query; its rows come as they are read. One query at a time. Writes that wait for the commit are not seen.</summary>
    public IAsyncEnumerable<SpannerRow> QueryAsync(SpannerStatement statement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return _transaction.QueryAsync(statement, new ChunkedValues(), cancellationToken);
    }

    /// <summary>Runs a statement that may write (INSERT, UPDATE, DELETE), or a query. Queries after it see what it wrote.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="mostBytes">How many bytes of what it returns are kept; it runs to its end all the same.</param>
    public Task<SpannerChange> ExecuteAsync(SpannerStatement statement, long mostBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return _transaction.ExecuteAsync(statement, mostBytes, cancellationToken);
    }

    /// <summary>Adds writes to the commit.</summary>
    public void Write(params IEnumerable<Mutation> mutations) => _mutations.AddRange(mutations);

    internal async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (Id is null)
        {
            if (_mutations.Count is 0)
            {
                return;
            }

            await _transaction.BeginAsync(_mutations, cancellationToken);
        }

        for (var attempt = 1; ; attempt++)
        {
            InDoubt = true;
            try
            {
                if (await _transaction.TryCommitAsync(_mutations, cancellationToken))
                {
                    InDoubt = false;
                    return;
                }
            }
            catch (UnavailableException) when (attempt < CommitAttempts)
            {
                // Committing a transaction that has a name is idempotent: the answer that was lost is given again.
                await Task.Delay(Backoff.Jittered(attempt), _time, cancellationToken);
            }
            catch (ServiceException error) when (!LeavesDoubt(error))
            {
                InDoubt = false;
                throw;
            }
            catch (ServiceException error)
            {
                throw new CommitInDoubtException(error);
            }
        }
    }

    /// <summary>Frees the locks at once instead of when the server finds the transaction idle. Never fails: what comes before it matters more.</summary>
    internal async Task RollbackAsync()
    {
        if (Id is null || InDoubt)
        {
            return;
        }

        using var limit = new CancellationTokenSource(_rollbackPatience, _time);
        try
        {
            await _transaction.RollbackAsync(limit.Token);
        }
        catch (Exception error) when (error is ServiceException or OperationCanceledException)
        {
            // The server ends an idle transaction by itself.
        }
    }

    private static bool LeavesDoubt(ServiceException error) => (error.InnerException as RpcException)?.StatusCode
        is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Unknown or StatusCode.Internal or StatusCode.Cancelled;
}
