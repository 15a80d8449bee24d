using System.Runtime.CompilerServices;
using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Connection;
using SpannerApi = Google.Cloud.Spanner.V1.Spanner;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>A transaction that its first statement begins, which saves a call, or that is over with it.</summary>
internal sealed class InlineTransaction(GoogleConnection connection, Session session, TransactionOptions options, bool singleUse = false)
{
    private MultiplexedSessionPrecommitToken? _precommitToken;

    /// <summary>Gets the server's name for it; null until the first piece of the first result came.</summary>
    public ByteString? Id { get; private set; }

    /// <summary>Runs a query. Not two at once: until the first has its first row, there is no transaction for the second to be in.</summary>
    /// <param name="merger">Knows the columns once there is a row, or the end.</param>
    public async IAsyncEnumerable<IReadOnlyList<Value>> QueryAsync(
        SpannerStatement statement, ChunkedValues merger, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Asked anew when a stream is resumed: a transaction that had begun by then must not begin again.
        var pieces = ResumableStream.ReadAsync(connection, () => statement.ToRequest(session.Name, Selector()), Note, cancellationToken);
        await foreach (var piece in pieces)
        {
            foreach (var row in merger.Add(piece))
            {
                yield return row;
            }
        }

        merger.Complete();
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
