using Runtime.ServiceDefaults.Settings;
using Runtime.Storage.Connections;
using Runtime.Storage.Dialects;
using Runtime.Storage.Dialects.InMemory;
using Runtime.Storage.Dialects.MySql;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.Dialects.Spanner;
using Runtime.Storage.Dialects.Sqlite;

namespace Runtime.Storage;

/// <summary>The dialects that a program knows, found by the scheme of an address.</summary>
public sealed class StorageDialects
{
    private StorageDialects(IReadOnlyList<IStorageDialect> all) => All = all;

    /// <summary>Gets the dialects of this library; a new one is one line here.</summary>
    public static StorageDialects BuiltIn { get; } = new(
    [
        new PostgresDialect(),
        new MySqlDialect(),
        new SqliteDialect(),
        new SpannerDialect(),
        new InMemoryDialect(),
    ]);

    /// <summary>Gets the dialects, those that were added first.</summary>
    public IReadOnlyList<IStorageDialect> All { get; }

    /// <summary>Returns a registry that knows more dialects; they win where two claim one scheme.</summary>
    public StorageDialects With(params IEnumerable<IStorageDialect> more) => new([.. more, .. All]);

    /// <summary>Opens the store that an address names, without connecting yet.</summary>
    /// <param name="address">A URL, or an Npgsql keyword string.</param>
    /// <param name="context">Clock, settings, log and limits.</param>
    /// <exception cref="ConnectionUrlException">The address cannot work, whatever the database does.</exception>
    public ISessionStore Open(string address, StorageContext context) => Find(address, out var url).Open(url, context);

    /// <summary>Finds the dialect of an address.</summary>
    /// <exception cref="ConnectionUrlException">The text is no address, or no dialect has its scheme.</exception>
    public IStorageDialect Find(string address, out ConnectionUrl url)
    {
        ArgumentNullException.ThrowIfNull(address);

        // "postgres:user@host/db" begins like a URL, and "sessions.db" is a file.
        var parsed = ConnectionUrl.Parse(address, $"Write {NearestForm(address.Contains(':', StringComparison.Ordinal) ? address.Split(':')[0] : "sqlite")}.");
        url = parsed;
        return All.FirstOrDefault(dialect => dialect.Schemes.Contains(parsed.Scheme))
            ?? throw new ConnectionUrlException(
                $"No session database is known by the scheme '{parsed.Scheme}' of '{ConnectionUrl.Mask(address)}'; known are "
                + $"{string.Join(", ", All.SelectMany(dialect => dialect.Schemes))}.",
                $"Write {NearestForm(parsed.Scheme)}.");
    }

    private string NearestForm(string scheme) =>
        All.SelectMany(dialect => dialect.Schemes, (dialect, known) => (Form: dialect.Forms.FirstOrDefault(form => form.StartsWith(known, StringComparison.Ordinal)) ?? dialect.Forms[0], Known: known))
            .MinBy(each => EditDistance.Between(scheme, each.Known)).Form;
}
