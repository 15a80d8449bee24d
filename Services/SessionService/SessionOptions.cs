using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService;

/// <summary>Limits of the session service. Bound from <c>Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Sessions";

    /// <summary>Gets or sets how many sessions or events a page has where the caller does not say, 1 to 1000. Default 50.</summary>
    [Range(1, 1000)]
    public int DefaultPageSize { get; set; } = 50;

    /// <summary>Gets or sets how many sessions or events a page has at most, whatever the caller says, 1 to 10000. Default 1000.</summary>
    [Range(1, 10_000)]
    public int MaxPageSize { get; set; } = 1000;

    /// <summary>
    /// Gets or sets the bytes of messages after which a page ends, though never before its first entry, 64 KiB to 64 MiB. Default 3 MiB, which
    /// fits into the 4 MiB that a gRPC client takes unless it is told otherwise.
    /// </summary>
    [Range(64 * 1024, 64 * 1024 * 1024)]
    public int MaxPageBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>Gets or sets the largest session with its events that is answered in one message, 64 KiB to 256 MiB. Default 4 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxResponseBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Gets or sets the largest event, and the largest initial state, in bytes of JSON, 1 KiB to 64 MiB. Default 8 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxEventBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Gets or sets the largest state of one scope, in bytes of JSON, 1 KiB to 16 MiB. Default 1 MiB.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxStateBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets how many events one AppendEvents takes, 1 to 10000. Default 500.</summary>
    [Range(1, 10_000)]
    public int MaxBatchEvents { get; set; } = 500;

    /// <summary>Gets or sets the bytes of JSON that the events of one AppendEvents have together at most, 1 KiB to 64 MiB. Default 8 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxBatchBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Gets or sets how many appends of one WriteEvents stream are under way or wait to be answered, 1 to 10000. Default 64.</summary>
    [Range(1, 10_000)]
    public int MaxUnansweredAppends { get; set; } = 64;

    /// <summary>Returns the size of the page that a caller gets.</summary>
    /// <exception cref="InvalidArgumentException">Less than 0.</exception>
    internal int PageSizeFor(int asked) => asked switch
    {
        < 0 => throw new InvalidArgumentException("page_size", asked.ToString(CultureInfo.InvariantCulture), "0 or more; 0 takes the default"),
        0 => Math.Min(DefaultPageSize, MaxPageSize),
        _ => Math.Min(asked, MaxPageSize),
    };
}
