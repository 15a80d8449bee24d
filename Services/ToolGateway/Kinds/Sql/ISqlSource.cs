using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>A database that runs SQL.</summary>
internal interface ISqlSource : ISource
{
    SqlDialect Dialect { get; }

    /// <summary>Gets what telemetry says of every call, in the words of OpenTelemetry's conventions for databases.</summary>
    IReadOnlyList<KeyValuePair<string, object?>> Telemetry => [];

    /// <summary>Finds out what a statement does here. What is not certain counts as writing.</summary>
    ToolEffects EffectsOf(IReadOnlyList<SqlToken> tokens) => SqlEffects.Of(tokens);

    /// <summary>Runs one statement and writes its rows.</summary>
    /// <returns>Null when it ran; otherwise what the model can correct.</returns>
    /// <exception cref="ServiceDefaults.Errors.ServiceException">The database does not answer, or the operator must act.</exception>
    Task<ToolResult?> QueryAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken);
}

/// <summary>One statement of a call.</summary>
/// <param name="Sql">The statement, with the database's own placeholders.</param>
/// <param name="Arguments">The values; the first <paramref name="Count"/> are bound, in their order.</param>
/// <param name="Origin">Where the statement is from.</param>
/// <param name="Reads">It only reads: it may be run again on a new connection where one broke.</param>
/// <param name="MaxRows">After how many rows to stop, and say that there are more.</param>
internal readonly record struct SqlQuery(string Sql, ToolArguments Arguments, int Count, SqlOrigin Origin, bool Reads, int MaxRows);

internal enum SqlOrigin
{
    /// <summary>The operator wrote it: it comes again and again.</summary>
    Fixed,

    /// <summary>The operator wrote it, and values were spliced in.</summary>
    Spliced,

    /// <summary>The model wrote it: nothing that it leaves behind on a connection may reach another call.</summary>
    Model,
}
