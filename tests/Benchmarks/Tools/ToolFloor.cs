using Npgsql;

namespace Runtime.Benchmarks.Tools;

/// <summary>What Npgsql alone takes to look a row up, with a prepared statement; also what the bare service does for a call.</summary>
internal static class ToolFloor
{
    /// <summary>Looks one row up and makes something of it.</summary>
    public static async Task<T> ReadAsync<T>(NpgsqlDataSource source, long id, Func<NpgsqlDataReader, T> make, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(ToolCase.Statement);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? make(reader) : throw new InvalidOperationException($"There is no row {id}.");
    }
}
