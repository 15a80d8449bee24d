using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Runtime.Storage.Dialects.Postgres;

public sealed partial class PostgresSessionStore
{
    private const string Channel = "runtime_sessions";

    // A payload has to be shorter than 8000 bytes.
    private const int MaxPayload = 7900;

    // NOTIFY makes a commit take a lock of the whole database, and hold it until the disk has the transaction: signals in the transaction of
    // an append would let appends to all sessions wait for each other. So they have one of their own, which need not reach the disk.
    private const string Notify = $"SELECT set_config('synchronous_commit', 'off', true), count(pg_notify('{Channel}', payload)) FROM unnest($1) AS payload";

    public Task SignalAsync(IReadOnlyCollection<SessionSignal> changed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changed);
        var payloads = Pack(changed);
        return payloads.Length == 0 ? Task.CompletedTask : RunAsync(
            async _ =>
            {
                await using var command = _source.CreateCommand(Notify);
                command.Parameters.Array(payloads, NpgsqlDbType.Text);
                return await command.ExecuteNonQueryAsync(cancellationToken);
            },
            cancellationToken);
    }

    public async IAsyncEnumerable<SessionSignal> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var received = new Queue<string>();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_settings.ConnectionString)
        {
            Pooling = false,
            // Without it a server that is gone, and not closed, would look like one that has nothing to say.
            KeepAlive = _settings.KeepAlive > 0 ? _settings.KeepAlive : 10,
        }.ConnectionString);
        connection.Notification += (_, notification) => received.Enqueue(notification.Payload);
        await OrTranslatedAsync(BeginAsync);
        while (true)
        {
            await OrTranslatedAsync(() => connection.WaitAsync(cancellationToken));
            while (received.TryDequeue(out var payload))
            {
                foreach (var signal in Unpack(payload))
                {
                    yield return signal;
                }
            }
        }

        async Task BeginAsync()
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"LISTEN {Channel}", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>As many signals in a payload as go in, each <c>[app, user, id, revision]</c>.</summary>
    internal static string[] Pack(IEnumerable<SessionSignal> signals)
    {
        var payloads = new List<string>();
        var payload = new StringBuilder();
        var bytes = 0;
        foreach (var (key, revision) in signals)
        {
            var one = $"[{Quoted(key.App)},{Quoted(key.User)},{Quoted(key.Id)},{revision}]";
            var size = Encoding.UTF8.GetByteCount(one) + 1;
            if (bytes + size >= MaxPayload)
            {
                payloads.Add($"[{payload}]");
                payload.Clear();
                bytes = 0;
            }

            payload.Append(payload.Length == 0 ? "" : ",").Append(one);
            bytes += size;
        }

        return payload.Length == 0 ? [] : [.. payloads, $"[{payload}]"];

        static string Quoted(string value) => $"\"{JsonEncodedText.Encode(value, StorageJson.WriterOptions.Encoder)}\"";
    }

    /// <summary>Reads a payload; one that is not of this form says nothing, because anyone may write to the channel.</summary>
    internal static List<SessionSignal> Unpack(string payload)
    {
        var signals = new List<SessionSignal>();
        try
        {
            using var document = JsonDocument.Parse(payload);
            foreach (var one in document.RootElement.EnumerateArray())
            {
                signals.Add(new(new(one[0].GetString()!, one[1].GetString()!, one[2].GetString()!), one[3].GetInt64()));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            signals.Clear();
        }

        return signals;
    }

    private async Task OrTranslatedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (error is NpgsqlException or System.Net.Sockets.SocketException or IOException or TimeoutException)
        {
            throw PostgresErrors.Translate(error, PostgresErrors.Classify(error), _settings);
        }
    }
}
