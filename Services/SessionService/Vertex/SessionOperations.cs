using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>What an operation did.</summary>
internal enum OperationKind
{
    Create,
    Delete,
}

/// <summary>An operation that is done, as all are when they are answered.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Version"><c>v1</c> or <c>v1beta1</c>.</param>
/// <param name="Session">The session that it created or deleted.</param>
/// <param name="Time">When.</param>
internal sealed record SessionOperation(OperationKind Kind, string Version, SessionName Session, DateTimeOffset Time)
{
    /// <summary>Gets the name to ask with: below the session, as Vertex AI's.</summary>
    public string Name => $"{Session}/operations/{OperationNames.IdOf(this)}";
}

/// <summary>Operations are kept nowhere: the id says everything, so that any replica answers, and a restart forgets none.</summary>
internal sealed class SessionOperations(VertexSessions sessions, TimeProvider time)
{
    /// <summary>How long an operation can be asked for.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    public SessionOperation Done(OperationKind kind, string version, SessionName session) =>
        new(kind, version, session, DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()));

    /// <summary>Finds an operation by its name, whatever is before <c>operations/</c>: clients ask below the session, the engine, the location, or alone.</summary>
    /// <returns>The operation, and the session that it created, as it is now.</returns>
    /// <exception cref="NotFoundException">There was none of that name in the last hour, or its session is gone.</exception>
    public async Task<(SessionOperation Operation, Session? Session)> GetAsync(string name, CancellationToken cancellationToken)
    {
        var operation = Find(name);
        return (operation, operation.Kind == OperationKind.Create ? await sessions.GetAsync(operation.Session, cancellationToken) : null);
    }

    /// <exception cref="NotFoundException">There was none of that name in the last hour.</exception>
    public SessionOperation Find(string name)
    {
        var operation = OperationNames.TryParse(name);
        return operation is not null && time.GetUtcNow() - operation.Time < Kept ? operation : throw new NotFoundException(
            $"There is no operation '{name}'. Operations are done when they are answered, and can be asked for during {Kept.TotalMinutes:0} minutes.", "OPERATION_NOT_FOUND");
    }
}

/// <summary>Between an operation and its id: the parts, and a checksum so that no other text is taken for one.</summary>
internal static class OperationNames
{
    private const char Separator = '\n';

    public static string IdOf(SessionOperation operation)
    {
        var said = string.Join(Separator, (int)operation.Kind, operation.Version, operation.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), operation.Session);
        return Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{said}{Separator}{Checksum(said)}"));
    }

    public static SessionOperation? TryParse(string name)
    {
        var at = name.LastIndexOf("operations/", StringComparison.Ordinal);
        if (at < 0 || (at > 0 && name[at - 1] != '/'))
        {
            return null;
        }

        var id = name[(at + "operations/".Length)..];
        if (!Base64Url.IsValid(id))
        {
            return null;
        }

        var said = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(id));
        var last = said.LastIndexOf(Separator);
        return last > 0 && said[(last + 1)..] == Checksum(said[..last])
            && said[..last].Split(Separator) is [var kind, var version, var millis, var session]
            && SessionName.TryParse(session) is { } parsed
            ? new(
                (OperationKind)int.Parse(kind, CultureInfo.InvariantCulture), version, parsed,
                DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(millis, CultureInfo.InvariantCulture)))
            : null;
    }

    private static string Checksum(string said) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(said)).AsSpan(0, 6));
}
