using System.Runtime.ExceptionServices;
using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Runs a read-write transaction until it is committed, as often as the server aborts it.</summary>
internal static class TransactionRunner
{
    /// <exception cref="StaleException">The server kept aborting it until the deadline.</exception>
    /// <exception cref="CommitInDoubtException">Whether it was committed is not known.</exception>
    /// <exception cref="DeadlineException">The deadline passed before the commit was sent.</exception>
    public static async Task<T> RunAsync<T>(
        GoogleConnection connection,
        Session session,
        TimeProvider time,
        Func<SpannerTransaction, CancellationToken, Task<T>> work,
        SpannerTransactionOptions options,
        CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        using var limit = new CancellationTokenSource(options.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        ByteString? previous = null;
        var followsDoubt = false;
        for (var attempt = 1; ; attempt++)
        {
            var transaction = new SpannerTransaction(connection, session, previous, followsDoubt, time);
            ServiceException setback;
            try
            {
                var result = await work(transaction, either.Token);
                await transaction.CommitAsync(either.Token);
                return result;
            }
            catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                await transaction.RollbackAsync();
                throw transaction.InDoubt
                    ? new CommitInDoubtException(error)
                    : new DeadlineException(
                        $"A transaction in Spanner did not end within {options.Deadline.TotalSeconds:0} s. Fix: try again.", inner: error);
            }
            catch (StaleException error) when (error.InnerException is RpcException { StatusCode: StatusCode.Aborted })
            {
                setback = error;
            }
            catch (CommitInDoubtException error) when (options.RepeatInDoubt)
            {
                setback = error;
                followsDoubt = true;
            }
            catch
            {
                await transaction.RollbackAsync();
                throw;
            }

            // The server remembers how long the work has been trying, so that it is not overtaken forever.
            previous = transaction.Id ?? previous;
            var pause = SpannerBackoff.After(setback, attempt);
            if (time.GetElapsedTime(begun) + pause >= options.Deadline)
            {
                ExceptionDispatchInfo.Throw(setback);
            }

            connection.Restarted(setback.Reason, attempt + 1);
            await Task.Delay(pause, time, cancellationToken);
        }
    }
}
