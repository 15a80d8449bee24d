using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects;

/// <summary>One kind of database. Adding one is a folder beside this file and a line in <see cref="StorageDialects"/>, or, in an application, an argument of <see cref="StorageDialects.With"/>.</summary>
public interface IStorageDialect
{
    /// <summary>Gets the name that tests and messages use.</summary>
    string Name { get; }

    /// <summary>Gets the URL schemes that choose this dialect, in lower case.</summary>
    IReadOnlyList<string> Schemes { get; }

    /// <summary>Gets the accepted forms of an address, for error messages.</summary>
    IReadOnlyList<string> Forms { get; }

    /// <summary>Opens a store without connecting yet.</summary>
    /// <exception cref="ConnectionUrlException">The address cannot work, whatever the database does.</exception>
    ISessionStore Open(ConnectionUrl url, StorageContext context);
}
