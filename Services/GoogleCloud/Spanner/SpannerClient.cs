using System.Collections.Concurrent;
using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using SpannerApi = Google.Cloud.Spanner.V1.Spanner;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Cloud Spanner: queries in a read-only snapshot, and commits of mutations.</summary>
/// <remarks>A database is named in full: <c>projects/p/instances/i/databases/d</c>.</remarks>
public sealed class SpannerClient(GoogleConnection connection, TimeProvider time) : IDisposable
{
    public static readonly GoogleProduct Product = new(
        Name: "Spanner",
        Code: "SPANNER",
        Host: "spanner.googleapis.com",
        Api: "spanner.googleapis.com",
        Role: "roles/spanner.databaseReader",
        EmulatorVariable: "SPANNER_EMULATOR_HOST",
        EmulatorCommand: "gcloud emulators spanner start --host-port={0}");

    private const int Attempts = 3;

    private readonly SpannerSessions _sessions = new(connection, time);
    private readonly ConcurrentDictionary<string, DatabaseDialect> _dialects = new(StringComparer.Ordinal);

    /// <summary>Runs one query in a snapshot of its own; a statement that writes is refused by the server.</summary>
    /// <param name="database">Full name of the database.</param>
    /// <param name="sql">The query, in the database's dialect.</param>
    /// <param name="parameters">Values of its parameters; null for none.</param>
    /// <param name="enough">Asked after each row, with the number of rows so far; true stops reading and cancels the rest.</param>
    /// <exception cref="ServiceException">The query was refused, or Spanner cannot be reached.</exception>
    public async Task<SpannerRows> QueryAsync(
        string database, string sql, Struct? parameters, Func<int, IReadOnlyList<Value>, bool> enough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(enough);

        for (var attempt = 1; ; attempt++)
        {
            var session = await ExplainMissingAsync(database, () => _sessions.RentAsync(database, cancellationToken));
            var known = true;
            var merger = new ChunkedValues();
            try
            {
                return await ReadAsync(session, sql, parameters, enough, merger, cancellationToken);
            }
            catch (NotFoundException error) when (IsAboutSession(error) && attempt < Attempts)
            {
                known = false;
                connection.Restarted(error.Reason, attempt + 1);
            }
            catch (UnavailableException error) when (attempt < Attempts && merger.RowType is not null)
            {
                // The stream had begun, so the channel may not repeat it. No row was handed on yet: reading again from the start, in a new
                // snapshot, gives one consistent answer.
                connection.Restarted(error.Reason, attempt + 1);
            }
            catch (NotFoundException error)
            {
                throw Missing(database, error);
            }
            finally
            {
                if (known)
                {
                    _sessions.Return(database, session);
                }
                else
                {
                    _sessions.Forget(database, session);
                }
            }
        }
    }

    /// <summary>Runs one query to its end.</summary>
    public Task<SpannerRows> QueryAsync(string database, string sql, Struct? parameters, CancellationToken cancellationToken) =>
        QueryAsync(database, sql, parameters, static (_, _) => false, cancellationToken);

    /// <summary>Returns the names of the tables of one schema, in order; views are left out.</summary>
    /// <param name="schema">Null or empty for the schema that unqualified names are in.</param>
    public async Task<IReadOnlyList<string>> ListTablesAsync(string database, string? schema, CancellationToken cancellationToken)
    {
        var postgres = await DialectOfAsync(database, cancellationToken) is DatabaseDialect.Postgresql;
        var name = string.IsNullOrEmpty(schema) ? postgres ? "public" : "" : schema;
        var parameters = new Struct { Fields = { [postgres ? "p1" : "schema"] = Value.ForString(name) } };
        var result = await QueryAsync(
            database,
            $"SELECT t.table_name FROM information_schema.tables AS t WHERE t.table_schema = {(postgres ? "$1" : "@schema")} "
            + "AND t.table_type = 'BASE TABLE' ORDER BY t.table_name",
            parameters,
            cancellationToken);
        return [.. result.Rows.Select(row => row[0].StringValue)];
    }

    /// <summary>Returns which SQL a database speaks. Asked once: a database never changes it.</summary>
    public async Task<DatabaseDialect> DialectOfAsync(string database, CancellationToken cancellationToken)
    {
        if (_dialects.TryGetValue(database, out var known))
        {
            return known;
        }

        // Asked in SQL, because reading data does not imply the right to describe the database.
        var result = await QueryAsync(
            database,
            "SELECT o.option_value FROM information_schema.database_options AS o WHERE o.option_name = 'database_dialect'",
            parameters: null,
            cancellationToken);
        var dialect = result.Rows.Count > 0 && result.Rows[0][0].StringValue is "POSTGRESQL"
            ? DatabaseDialect.Postgresql
            : DatabaseDialect.GoogleStandardSql;
        return _dialects[database] = dialect;
    }

    /// <summary>Writes rows in a transaction of their own. Never repeated once a session took it: a repeated insert would answer that the row exists.</summary>
    public async Task CommitAsync(string database, IEnumerable<Mutation> mutations, CancellationToken cancellationToken)
    {
        var request = new CommitRequest { SingleUseTransaction = new TransactionOptions { ReadWrite = new() }, Mutations = { mutations } };
        for (var attempt = 1; ; attempt++)
        {
            var session = await ExplainMissingAsync(database, () => _sessions.RentAsync(database, cancellationToken));
            request.Session = session.Name;
            try
            {
                await connection.CallAsync(
                    CallPolicies.Data,
                    ("session", session.Name),
                    (channel, call) => new SpannerApi.SpannerClient(channel).CommitAsync(request, call),
                    cancellationToken);
                _sessions.Return(database, session);
                return;
            }
            catch (NotFoundException error) when (IsAboutSession(error) && attempt < Attempts)
            {
                _sessions.Forget(database, session);
                connection.Restarted(error.Reason, attempt + 1);
            }
        }
    }

    public void Dispose() => _sessions.Dispose();

    private async Task<SpannerRows> ReadAsync(
        Session session,
        string sql,
        Struct? parameters,
        Func<int, IReadOnlyList<Value>, bool> enough,
        ChunkedValues merger,
        CancellationToken cancellationToken)
    {
        var request = new ExecuteSqlRequest
        {
            Session = session.Name,
            Sql = sql,
            Params = parameters,
            Transaction = new() { SingleUse = new() { ReadOnly = new() { Strong = true } } },
        };
        var pieces = connection.StreamAsync(
            CallPolicies.Query,
            ("session", session.Name),
            (channel, call) => new SpannerApi.SpannerClient(channel).ExecuteStreamingSql(request, call),
            cancellationToken);

        List<IReadOnlyList<Value>> rows = [];
        await foreach (var piece in pieces)
        {
            foreach (var row in merger.Add(piece))
            {
                rows.Add(row);
                if (enough(rows.Count, row))
                {
                    return new(merger.RowType!, rows, StoppedEarly: true);
                }
            }
        }

        merger.Complete();
        return new(merger.RowType ?? new StructType(), rows, StoppedEarly: false);
    }

    private static bool IsAboutSession(NotFoundException error) => error.Message.Contains("Session not found", StringComparison.Ordinal);

    private static async Task<T> ExplainMissingAsync<T>(string database, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (NotFoundException error)
        {
            throw Missing(database, error);
        }
    }

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
            : error.Message.Contains("Database not found", StringComparison.OrdinalIgnoreCase)
                ? new NotFoundException(
                    $"{error.Message} Fix: gcloud spanner databases create {parts[5]} --instance={parts[3]} --project={parts[1]}",
                    "SPANNER_DATABASE_NOT_FOUND",
                    error)
                : error;
    }
}
