using System.ComponentModel.DataAnnotations;

namespace Runtime.SessionService.Watch;

/// <summary>Limits and intervals of watching. Bound from <c>Sessions:Watch</c>.</summary>
public sealed class WatchOptions
{
    public const string Section = "Sessions:Watch";

    /// <summary>Gets or sets how many streams may be open in this process, 1 to 100000. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxWatchers { get; set; } = 1000;

    /// <summary>Gets or sets the time between two looks at the database while no signals come from it, 100 ms to 10 min. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the same while signals come, when polling only finds what was lost, 100 ms to 10 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan SignalledPollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many changes wait for one slow client before it is served from the database, 16 to 100000. Default 256.</summary>
    [Range(16, 100_000)]
    public int BufferedChanges { get; set; } = 256;

    /// <summary>Gets or sets how many bytes of changes wait for one slow client, 64 KiB to 256 MiB. Default 4 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int BufferedBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Gets or sets how many changes of one session a stream catches up with, 1 to 100000. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MaxCatchUp { get; set; } = 1000;

    /// <summary>Gets or sets the bytes of events that a stream catches up with, of one session, 64 KiB to 1 GiB. Default 32 MiB.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int MaxCatchUpBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Gets or sets after how much silence a stream says that it is alive, 1 s to 1 h. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);
}
