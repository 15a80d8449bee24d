using System.ComponentModel.DataAnnotations;

namespace Runtime.SessionService.Vertex;

/// <summary>How the Vertex AI Sessions API answers. Bound from <c>Sessions:Vertex</c>.</summary>
public sealed class VertexOptions
{
    public const string Section = "Sessions:Vertex";

    /// <summary>
    /// Gets or sets the app name that an engine's sessions are kept under: text with <c>{engine}</c>, and with <c>{project}</c> and
    /// <c>{location}</c> where engines of several projects share the database. Default <c>{engine}</c>.
    /// </summary>
    [AppNameTemplate]
    public string AppName { get; set; } = "{engine}";

    /// <summary>Gets the app name of single engines, by engine id; it goes before <see cref="AppName"/>.</summary>
    public IDictionary<string, string> Apps { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets who sees state whose key begins with <c>app:</c> or <c>user:</c> and that came through this API: the session alone, as on
    /// Vertex AI, or all sessions of the app or the user, as everywhere else in ADK. Default the session.
    /// </summary>
    public StateSharing StateSharing { get; set; } = StateSharing.Session;

    /// <summary>Gets or sets the shortest lifetime that a session may be given, up to 365 days. Default one day, as on Vertex AI.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan MinimumLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Gets or sets how many sessions a page has where the caller does not say, 1 to 1000. Default 100, as on Vertex AI.</summary>
    [Range(1, 1000)]
    public int SessionsPageSize { get; set; } = 100;

    /// <summary>
    /// Gets or sets how many events a page has where the caller does not say, 1 to 100000. Default 10000, so that clients which read only the
    /// first page (ADK JS 2.0, google/adk-python#3559) get the newest turns too.
    /// </summary>
    [Range(1, 100_000)]
    public int EventsPageSize { get; set; } = 10_000;

    /// <summary>
    /// Gets or sets the bytes of JSON after which a page ends, though never before its first entry, 64 KiB to 256 MiB. Default 16 MiB: Google's
    /// clients set no limit to a message.
    /// </summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxPageBytes { get; set; } = 16 * 1024 * 1024;
}

/// <summary>Who sees state with a scope in its key.</summary>
public enum StateSharing
{
    /// <summary>The session alone: the key is kept as it is.</summary>
    Session,

    /// <summary>All sessions of the app (<c>app:</c>) or of the user in it (<c>user:</c>).</summary>
    Shared,
}

/// <summary>Checks that a text names an app by the parts of an engine's name.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AppNameTemplateAttribute() : ValidationAttribute("Set text that holds {engine}, and beside it only {project} and {location}.")
{
    public override bool IsValid(object? value) => value is string text && text.Contains("{engine}", StringComparison.Ordinal)
        && text.Replace("{engine}", "", StringComparison.Ordinal).Replace("{project}", "", StringComparison.Ordinal)
            .Replace("{location}", "", StringComparison.Ordinal).IndexOfAny(['{', '}']) < 0;
}
