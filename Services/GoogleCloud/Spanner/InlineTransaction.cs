using System.Runtime.CompilerServices;
using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Runtime.GoogleCloud.Connection;
using SpannerApi = Google.Cloud.Spanner.V1.Spanner;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>A transaction that its first statement begins, which saves a call, or that is over with it.</summary>
internal sealed class InlineTransaction(GoogleConnection connection, Session session, TransactionOptions options, bool singleUse = false)
{
    private MultiplexedSessionPrecommitToken? _precommitToken;
    private long _statements;

    /// <summary>Gets the server's name for it; null until the first piece of the first result came.</summary>
    public ByteString? Id { get; private set; }

    /// <summary>Runs a query. Not two at once: until the first has its first row, there is no transaction for the second to be in.</summary>
    /// <param name="merger">Knows the columns once there is a row, or the end.</param>
    public async IAsyncEnumerable<SpannerRow> QueryAsync(
        SpannerStatement statement, ChunkedValues merger, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var piece in PiecesAsync(statement, cancellationToken))
        {
            foreach (var row in merger.Add(piece))
            {
                yield return new SpannerRow(row, merger.RowType!);
            }
        }

        merger.Complete();
    }

    /// <summary>Runs a statement that may write, to its end: the server counts what it wrote in the last piece.</summary>
    /// <param name="mostBytes">How much of what it returns is kept.</param>
    public async Task<SpannerChange> ExecuteAsync(SpannerStatement statement, long mostBytes, CancellationToken cancellationToken)
    {
        var merger = new ChunkedValues();
        List<SpannerRow> rows = [];
        var (written, left, dropped) = (0L, mostBytes, false);
        await foreach (var piece in PiecesAsync(statement, cancellationToken))
        {
            foreach (var row in merger.Add(piece))
            {
                left -= row.Sum(value => value.CalculateSize());
                if (left < 0)
                {
                    dropped = true;
                }
                else
                {
                    rows.Add(new SpannerRow(row, merger.RowType!));
                }
            }

            written = piece.Stats?.RowCountExact ?? written;
        }

        merger.Complete();
        return new SpannerChange(written, rows, dropped);
    }

    /// <summary>Begins it where no statement did.</summary>
    public async Task BeginAsync(IReadOnlyList<Mutation> mutations, CancellationToken cancellationToken)
    {
        var request = new BeginTransactionRequest { Session = session.Name, Options = options };
        if (session.Multiplexed)
        {
            request.MutationKey = Representative(mutations);
        }

        var begun = await connection.CallAsync(
            CallPolicies.Data,
            ("session", session.Name),
            (channel, call) => new SpannerApi.SpannerClient(channel).BeginTransactionAsync(request, call),
            cancellationToken);
        Id = begun.Id;
        Keep(begun.PrecommitToken);
    }

    /// <summary>Commits once. False when the server wants the same commit again, with the token that it just gave.</summary>
    public async Task<bool> TryCommitAsync(IReadOnlyList<Mutation> mutations, CancellationToken cancellationToken)
    {
        var request = new CommitRequest { Session = session.Name, TransactionId = Id, Mutations = { mutations }, PrecommitToken = _precommitToken };
        var response = await connection.CallAsync(
            CallPolicies.Data,
            ("session", session.Name),
            (channel, call) => new SpannerApi.SpannerClient(channel).CommitAsync(request, call),
            cancellationToken);
        Keep(response.PrecommitToken);
        return response.PrecommitToken is null;
    }

    public Task RollbackAsync(CancellationToken cancellationToken)
    {
        var request = new RollbackRequest { Session = session.Name, TransactionId = Id };
        return connection.CallAsync(
            CallPolicies.Data,
            ("session", session.Name),
            (channel, call) => new SpannerApi.SpannerClient(channel).RollbackAsync(request, call),
            cancellationToken);
    }

    private IAsyncEnumerable<PartialResultSet> PiecesAsync(SpannerStatement statement, CancellationToken cancellationToken)
    {
        var sequence = ++_statements;
        // Asked anew when a stream is resumed: a transaction that had begun by then must not begin again.
        return ResumableStream.ReadAsync(connection, () => statement.ToRequest(session.Name, Selector(), sequence), Note, cancellationToken);
    }

    private TransactionSelector Selector() =>
        Id is not null ? new() { Id = Id } : singleUse ? new() { SingleUse = options } : new() { Begin = options };

    private void Note(PartialResultSet piece)
    {
        if (piece.Metadata?.Transaction is { Id.IsEmpty: false } begun)
        {
            Id ??= begun.Id;
            Keep(begun.PrecommitToken);
        }

        Keep(piece.PrecommitToken);
    }

    private void Keep(MultiplexedSessionPrecommitToken? token)
    {
        if (token is not null && (_precommitToken is null || token.SeqNum > _precommitToken.SeqNum))
        {
            _precommitToken = token;
        }
    }

    // Spanner asks for one at random, and cannot place an insert as well as the others: its key may be made by the server.
    private static Mutation Representative(IReadOnlyList<Mutation> mutations)
    {
        var placed = mutations.Where(mutation => mutation.OperationCase is not Mutation.OperationOneofCase.Insert).ToArray();
        var eligible = placed.Length > 0 ? placed : mutations;
        return eligible[Random.Shared.Next(eligible.Count)];
    }
}
