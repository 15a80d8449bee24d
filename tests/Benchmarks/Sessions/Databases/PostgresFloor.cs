using System.Globalization;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>What Npgsql alone takes to keep an event and the fact that its session changed, with prepared statements.</summary>
/// <param name="statements">The statements; both forms share their connections, because the server has only so many.</param>
/// <param name="oneStatement">Whether an append is one statement, or a transaction of its own as most code writes it.</param>
internal sealed class PostgresFloor(PostgresStatements statements, bool oneStatement)
    : OperationSubject(oneStatement ? "Npgsql, one statement" : "Npgsql, transaction")
{
    // Beside the first floor, in the same tables.
    private readonly string _user = oneStatement ? SessionCase.User : $"{SessionCase.User}-2";

    /// <summary>Only appends differ between the two forms.</summary>
    public override bool Does(Operation operation) => oneStatement || operation == Operation.Append;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task CreateAsync(string app, string session, CancellationToken cancellationToken) =>
        statements.CreateAsync(new(app, _user, session), DateTime.UtcNow, cancellationToken);

    protected override Task AppendAsync(int caller, string session, CancellationToken cancellationToken)
    {
        var now = DateTime.UtcNow;
        var id = BenchEvent.NewId();
        var milliseconds = ((DateTimeOffset)now).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var appended = new EventRow(id, BenchEvent.InvocationId, now, BenchEvent.Stored(id, milliseconds));
        var key = new RowKey(SessionCase.App, _user, session);
        return oneStatement
            ? statements.AppendAsync(key, appended, cancellationToken)
            : statements.AppendInTransactionAsync(key, appended, cancellationToken);
    }

    protected override async Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken) =>
        (await statements.ReadAsync<byte[]>(new(SessionCase.App, _user, session), recent ?? int.MaxValue, cancellationToken)).Count;

    protected override async Task<int> ListAsync(int caller, string app, CancellationToken cancellationToken)
    {
        var rows = await statements.ListAsync(
            app,
            SessionCases.PageSize,
            row => (row.GetString(0), row.GetString(1), row.GetDateTime(2), row.GetDateTime(3), row.GetFieldValue<byte[]>(4)),
            cancellationToken);
        return rows.Count;
    }
}
