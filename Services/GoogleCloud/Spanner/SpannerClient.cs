using System.Collections.Concurrent;
using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using SpannerApi = Google.Cloud.Spanner.V1.Spanner;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Cloud Spanner: queries in a read-only snapshot, and transactions that commit what statements and mutations write.</summary>
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

    private readonly SpannerSessionCalls _sessions = new(connection, time);
    private readonly ConcurrentDictionary<string, DatabaseDialect> _dialects = new(StringComparer.Ordinal);

    /// <summary>Gets where it calls.</summary>
    /// <exception cref="NotConfiguredException">The settings say an address that cannot be used.</exception>
    public GoogleEndpoint Endpoint => connection.Endpoint;

    /// <summary>Runs one query in a snapshot of its own; a statement that writes is refused by the server.</summary>
    /// <param name="database">Full name of the database.</param>
    /// <param name="sql">The query, in the database's dialect.</param>
    /// <param name="parameters">Values of its parameters; null for none.</param>
    /// <param name="enough">Asked after each row, with the number of rows so far; true stops reading and cancels the rest.</param>
    /// <exception cref="ServiceException">The query was refused, or Spanner cannot be reached.</exception>
    public Task<SpannerRows> QueryAsync(
        string database, string sql, Struct? parameters, Func<int, IReadOnlyList<Value>, bool> enough, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(enough);
        var statement = new SpannerStatement(sql, parameters);
        return _sessions.RunAsync(
            database,
            async session =>
            {
                var merger = new ChunkedValues();
                List<IReadOnlyList<Value>> rows = [];
                await foreach (var row in SingleUse(session).QueryAsync(statement, merger, cancellationToken))
                {
                    rows.Add(row.Values);
                    if (enough(rows.Count, row.Values))
                    {
                        return new SpannerRows(row.Columns, rows, StoppedEarly: true);
                    }
                }

                return new SpannerRows(merger.RowType ?? new StructType(), rows, StoppedEarly: false);
            },
            cancellationToken);
    }

    /// <summary>Runs one query to its end.</summary>
    public Task<SpannerRows> QueryAsync(string database, string sql, Struct? parameters, CancellationToken cancellationToken) =>
        QueryAsync(database, sql, parameters, static (_, _) => false, cancellationToken);

    /// <summary>
    /// Runs one query in a snapshot of its own, and hands its rows on as they come. A broken connection neither loses nor doubles one.
    /// </summary>
    /// <exception cref="ServiceException">The query was refused, or Spanner cannot be reached.</exception>
    public IAsyncEnumerable<SpannerRow> QueryAsync(string database, SpannerStatement statement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return _sessions.StreamAsync(
            database, session => SingleUse(session).QueryAsync(statement, new ChunkedValues(), cancellationToken), cancellationToken);
    }

    /// <summary>Runs several queries that all see the database as it is at one moment.</summary>
    /// <param name="work">Runs them. May run again from its start.</param>
    public Task<T> ReadAsync<T>(string database, Func<SpannerSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _sessions.RunAsync(database, session => work(new(connection, session), cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Runs queries and writes as one serializable transaction, again from its start whenever the server aborts it, and commits.
    /// Nothing is written when the work throws.
    /// </summary>
    /// <param name="database">Full name of the database.</param>
    /// <param name="work">Reads, decides, and adds writes. May run several times, so it keeps nothing from one run to the next.</param>
    /// <param name="options">How long to try, and what to do about a commit that may have taken effect.</param>
    /// <exception cref="StaleException">Other transactions kept getting in the way until the deadline.</exception>
    /// <exception cref="CommitInDoubtException">Whether it was committed is not known.</exception>
    /// <exception cref="DeadlineException">The deadline passed before the commit was sent.</exception>
    public Task<T> RunInTransactionAsync<T>(
        string database,
        Func<SpannerTransaction, CancellationToken, Task<T>> work,
        SpannerTransactionOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(options);
        return _sessions.RunAsync(
            database, session => TransactionRunner.RunAsync(connection, session, time, work, options, cancellationToken), cancellationToken);
    }

    /// <summary>Runs one statement that may write in a transaction of its own, which is committed before this returns.</summary>
    /// <param name="mostBytes">How many bytes of what it returns are kept; it runs to its end all the same.</param>
    /// <inheritdoc cref="RunInTransactionAsync"/>
    public Task<SpannerChange> ExecuteAsync(
        string database, SpannerStatement statement, long mostBytes, SpannerTransactionOptions options, CancellationToken cancellationToken) =>
        RunInTransactionAsync(database, (transaction, cancellation) => transaction.ExecuteAsync(statement, mostBytes, cancellation), options, cancellationToken);

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

    /// <summary>Writes rows in a transaction of their own, in one call. Sent once: a repeated insert would answer that the row exists.</summary>
    public Task CommitAsync(string database, IEnumerable<Mutation> mutations, CancellationToken cancellationToken)
    {
        var request = new CommitRequest { SingleUseTransaction = new TransactionOptions { ReadWrite = new() }, Mutations = { mutations } };
        return _sessions.RunAsync(
            database,
            session =>
            {
                request.Session = session.Name;
                return connection.CallAsync(
                    CallPolicies.Data,
                    ("session", session.Name),
                    (channel, call) => new SpannerApi.SpannerClient(channel).CommitAsync(request, call),
                    cancellationToken);
            },
            cancellationToken);
    }

    public void Dispose() => _sessions.Dispose();

    private InlineTransaction SingleUse(Session session) => new(connection, session, SpannerSnapshot.Strong, singleUse: true);
}
