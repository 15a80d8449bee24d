using System.ComponentModel.DataAnnotations;

namespace Runtime.SessionService;

/// <summary>Limits of the session service. Bound from <c>Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Sessions";

    /// <summary>Gets or sets how many sessions a list returns where the caller does not say, 1 to 1000. Default 50.</summary>
    [Range(1, 1000, ErrorMessage = "Setting: Sessions:DefaultPageSize. Fix: Set a whole number from 1 to 1000.")]
    public int DefaultPageSize { get; set; } = 50;

    /// <summary>Gets or sets how many sessions a list returns at most, whatever the caller says, 1 to 10000. Default 1000.</summary>
    [Range(1, 10_000, ErrorMessage = "Setting: Sessions:MaxPageSize. Fix: Set a whole number from 1 to 10000.")]
    public int MaxPageSize { get; set; } = 1000;

    /// <summary>Gets or sets the largest event, and the largest initial state, in bytes of JSON, 1 KiB to 64 MiB. Default 8 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024, ErrorMessage = "Setting: Sessions:MaxEventBytes. Fix: Set a number of bytes from 1024 to 67108864.")]
    public int MaxEventBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Gets or sets the largest state of one scope, in bytes of JSON, 1 KiB to 16 MiB. Default 1 MiB.</summary>
    [Range(1024, 16 * 1024 * 1024, ErrorMessage = "Setting: Sessions:MaxStateBytes. Fix: Set a number of bytes from 1024 to 16777216.")]
    public int MaxStateBytes { get; set; } = 1024 * 1024;
}
