using System.Text;

namespace Runtime.Storage.Dialects.Postgres;

public sealed partial class PostgresSessionStore
{
    public Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            await using var command = _source.CreateCommand(PostgresSql.Users);
            command.Parameters.Text(app).Text(id).Number(Now);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var users = new List<string>(2);
            while (await reader.ReadAsync(cancellationToken))
            {
                users.Add(reader.GetString(0));
            }

            return (IReadOnlyList<string>)users;
        },
        cancellationToken);

    public Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            await using var command = _source.CreateCommand(PostgresSql.OwnState);
            command.Parameters.Key(key).Number(Now);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            // Empty where another program made the session.
            var initial = reader.GetString(0);
            return new OwnState(StorageJson.ReadMap(initial.Length == 0 ? null : Encoding.UTF8.GetBytes(initial)), reader.Map(1));
        },
        cancellationToken);
}
