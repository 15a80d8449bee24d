namespace Runtime.Storage.Dialects.MySql;

/// <summary>What the server is, and what of that the store has to know.</summary>
/// <remarks>Only MariaDB is run in the tests; what is said of MySQL is from its reference manual.</remarks>
/// <param name="IsMariaDb">MariaDB keeps JSON as text; MySQL takes it apart, which loses the digits of fractions and the order of keys.</param>
/// <param name="Version">For MariaDB its own version.</param>
/// <param name="MaxPacket">The longest message to the server, in bytes: <c>max_allowed_packet</c>.</param>
internal sealed record MySqlServer(bool IsMariaDb, Version Version, long MaxPacket)
{
    private static readonly Version _oldestMySql = new(8, 0, 17);
    private static readonly Version _oldestMariaDb = new(10, 5);

    /// <summary>Gets the collation that compares as bytes and lets trailing spaces count.</summary>
    public string Collation => IsMariaDb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin";

    /// <summary>Gets how many arrays and objects may be inside each other in a JSON column.</summary>
    public int MaxJsonDepth => IsMariaDb ? 31 : 100;

    public bool HasSkipLocked => !IsMariaDb || Version >= new Version(10, 6);

    /// <summary>Reads what <c>SELECT version()</c> says, for example <c>8.4.3</c>, <c>10.11.19-MariaDB-0+deb12u1</c> or <c>5.5.5-10.5.9-MariaDB</c>.</summary>
    /// <exception cref="StorageException">The server is older than this store can use.</exception>
    public static MySqlServer Parse(string text, long maxPacket)
    {
        var isMariaDb = text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);
        const string replicationPrefix = "5.5.5-";
        var from = isMariaDb && text.StartsWith(replicationPrefix, StringComparison.Ordinal) ? replicationPrefix.Length : 0;
        var number = new string([.. text.Skip(from).TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.')]).Trim('.');
        return Version.TryParse(number, out var version) && version >= (isMariaDb ? _oldestMariaDb : _oldestMySql)
            ? new(isMariaDb, version, maxPacket)
            : throw new StorageException(
                StorageFailure.SchemaOutdated, $"The database server says it is '{text}', which is too old.",
                $"Use MySQL {_oldestMySql} or later, or MariaDB {_oldestMariaDb} or later.");
    }
}
