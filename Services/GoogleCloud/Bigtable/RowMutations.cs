using Google.Cloud.Bigtable.V2;
using Google.Rpc;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using BigtableApi = Google.Cloud.Bigtable.V2.Bigtable;
using Entry = Google.Cloud.Bigtable.V2.MutateRowsRequest.Types.Entry;

namespace Runtime.GoogleCloud.Bigtable;

/// <summary>Writes several rows, and sends again those alone that failed for the moment.</summary>
internal sealed class RowMutations(GoogleConnection connection, TimeProvider time, string table, IReadOnlyList<Entry> entries)
{
    private const int Attempts = 4;
    private const long ServerClock = -1;

    private readonly Status?[] _answers = new Status?[entries.Count];

    /// <summary>Whether writing twice is as writing once. A cell that the server's clock stamps would be there twice.</summary>
    public static bool MayRepeat(IEnumerable<Mutation> mutations) => mutations.All(mutation => mutation.SetCell?.TimestampMicros is not ServerClock);

    public async Task<IReadOnlyList<Status>> ApplyAsync(CancellationToken cancellationToken)
    {
        int[] open = [.. Enumerable.Range(0, entries.Count)];
        var failure = default(ServiceException);
        for (var attempt = 1; open.Length > 0; attempt++)
        {
            failure = await SendAsync(open, cancellationToken) ?? failure;
            open = [.. open.Where(index => IsForTheMoment(_answers[index]) && MayRepeat(entries[index].Mutations))];
            if (open.Length is 0 || attempt == Attempts)
            {
                if (failure is not null && Array.TrueForAll(_answers, answer => answer is null))
                {
                    throw failure;
                }

                Fill(failure);
                break;
            }

            connection.Restarted(failure?.Reason ?? "entries that failed for the moment", attempt + 1);
            await Task.Delay(Backoff.Jittered(attempt), time, cancellationToken);
        }

        return _answers!;
    }

    /// <summary>Sends some of the entries and notes the answers. Returns what ended the call before all of them had one.</summary>
    private async Task<ServiceException?> SendAsync(int[] open, CancellationToken cancellationToken)
    {
        var request = new MutateRowsRequest { TableName = table, Entries = { open.Select(index => entries[index]) } };
        var unanswered = new HashSet<int>(open);
        try
        {
            await foreach (var answer in connection.StreamAsync(
                CallPolicies.Data,
                ("table_name", table),
                (channel, call) => new BigtableApi.BigtableClient(channel).MutateRows(request, call),
                cancellationToken))
            {
                foreach (var entry in answer.Entries)
                {
                    var index = open[(int)entry.Index];
                    _answers[index] = entry.Status ?? new Status();
                    unanswered.Remove(index);
                }
            }
        }
        catch (ServiceException error) when (StreamBreak.Is(error) || error is DeadlineException)
        {
            return error;
        }

        return unanswered.Count is 0 ? null : throw new InvalidDataException("Bigtable ended a call without an answer for each of its entries.");
    }

    // It may have been written all the same; only reading tells.
    private void Fill(ServiceException? failure)
    {
        for (var index = 0; index < _answers.Length; index++)
        {
            _answers[index] ??= new Status { Code = (int)failure!.Status, Message = failure.Message };
        }
    }

    // No answer means that the connection broke, or that time was up.
    private static bool IsForTheMoment(Status? answer) => answer is null || (Code)answer.Code is Code.Unavailable or Code.DeadlineExceeded or Code.Aborted;
}
