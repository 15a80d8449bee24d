using System.Runtime.CompilerServices;
using Google.Cloud.Spanner.V1;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Makes calls on sessions, and on another session where the server no longer knows the first: then the call did nothing.</summary>
internal sealed class SpannerSessionCalls(GoogleConnection connection, TimeProvider time) : IDisposable
{
    private const int Attempts = 3;

    private readonly SpannerSessions _sessions = new(connection, time);

    public async Task<T> RunAsync<T>(string database, Func<Session, Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var session = await RentAsync(database, cancellationToken);
            var lost = false;
            try
            {
                return await call(session);
            }
            catch (NotFoundException error) when (IsAboutSession(error))
            {
                lost = true;
                if (attempt == Attempts)
                {
                    throw;
                }

                connection.Restarted(error.Reason, attempt + 1);
            }
            catch (NotFoundException error)
            {
                throw Missing(database, error);
            }
            finally
            {
                Release(database, session, lost);
            }
        }
    }

    public async IAsyncEnumerable<T> StreamAsync<T>(
        string database, Func<Session, IAsyncEnumerable<T>> call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var session = await RentAsync(database, cancellationToken);
            var lost = false;
            try
            {
                await using var items = call(session).GetAsyncEnumerator(cancellationToken);
                while (true)
                {
                    try
                    {
                        if (!await items.MoveNextAsync())
                        {
                            yield break;
                        }
                    }
                    catch (NotFoundException error) when (IsAboutSession(error))
                    {
                        // Said instead of a first item, never after one.
                        lost = true;
                        if (attempt == Attempts)
                        {
                            throw;
                        }

                        connection.Restarted(error.Reason, attempt + 1);
                        break;
                    }
                    catch (NotFoundException error)
                    {
                        throw Missing(database, error);
                    }

                    yield return items.Current;
                }
            }
            finally
            {
                Release(database, session, lost);
            }
        }
    }

    public void Dispose() => _sessions.Dispose();

    private async Task<Session> RentAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            return await _sessions.RentAsync(database, cancellationToken);
        }
        catch (NotFoundException error)
        {
            throw Missing(database, error);
        }
    }

    private void Release(string database, Session session, bool lost)
    {
        if (lost)
        {
            _sessions.Forget(database, session);
        }
        else
        {
            _sessions.Return(database, session);
        }
    }

    private static bool IsAboutSession(NotFoundException error) => error.Message.Contains("Session not found", StringComparison.Ordinal);

    private static NotFoundException Missing(string database, NotFoundException error)
    {
        var parts = database.Split('/');   // projects/p/instances/i/databases/d
        if (parts.Length is not 6)
        {
            return error;
        }

        return error.Message.Contains("Instance not found", StringComparison.OrdinalIgnoreCase)
            ? new NotFoundException(
                $"{error.Message} Fix: gcloud spanner instances create {parts[3]} --project={parts[1]} --config=<config> --description={parts[3]} --nodes=1",
                "SPANNER_INSTANCE_NOT_FOUND",
                error)
            {
                Integration = error.Integration,
            }
            : error.Message.Contains("Database not found", StringComparison.OrdinalIgnoreCase)
                ? new NotFoundException(
                    $"{error.Message} Fix: gcloud spanner databases create {parts[5]} --instance={parts[3]} --project={parts[1]}",
                    "SPANNER_DATABASE_NOT_FOUND",
                    error)
                {
                    Integration = error.Integration,
                }
                : error;
    }
}
