namespace Runtime.Benchmarks.Sessions;

/// <summary>What a case's throughput is compared with.</summary>
internal enum Against
{
    /// <summary>The cheapest loop of the driver.</summary>
    Floor,

    /// <summary>A service that does no more than that loop.</summary>
    BareService,

    /// <summary>The service's own API.</summary>
    NativeApi,

    /// <summary>ADK JS.</summary>
    Peer,

    /// <summary>The service itself in another case.</summary>
    OtherCase,
}

/// <summary>How fast the service means to be, as a ratio, so that it can be judged on any machine.</summary>
/// <param name="Case">The case that is judged.</param>
/// <param name="Against">What its throughput is divided by.</param>
/// <param name="AtLeast">The smallest ratio that meets the target.</param>
internal sealed record Target(string Case, Against Against, double AtLeast)
{
    /// <summary>Gets the only database that the target is for; <see langword="null"/> for every one.</summary>
    public string? Database { get; init; }

    /// <summary>Gets the case to compare with, for <see cref="Against.OtherCase"/>.</summary>
    public string? Other { get; init; }

    public static IReadOnlyList<Target> All { get; } =
    [
        new("append-16", Against.Floor, 0.8) { Database = "postgres" },
        new("append-16", Against.BareService, 0.8) { Database = "postgres" },
        new("append-16", Against.Peer, 20) { Database = "postgres" },
        new("append-16", Against.Peer, 50) { Database = "sqlite" },
        new("write-16", Against.Floor, 0.8) { Database = "postgres" },
        new("write-16", Against.BareService, 0.8) { Database = "postgres" },
        new("write-16", Against.Peer, 20) { Database = "postgres" },
        new("append-at-1000", Against.OtherCase, 1 / 1.1) { Other = "append-at-0" },
        new("get-1000", Against.Floor, 1 / 1.5),
        new("get-1000", Against.BareService, 1 / 1.5) { Database = "postgres" },
        new("get-1000", Against.Peer, 5),
        new("recent-10-crowded", Against.OtherCase, 0.9) { Other = "recent-10" },
        new("list-50000", Against.OtherCase, 0.9) { Other = "list-1000" },
        new("vertex-append-16", Against.NativeApi, 1 / 1.15),
        new("vertex-get-100", Against.NativeApi, 1 / 1.15),
        new("vertex-get-1000", Against.NativeApi, 1 / 1.15),
    ];

    /// <summary>The target in words.</summary>
    public string Describe() => Against switch
    {
        Against.Floor => $"{Case} ÷ raw driver",
        Against.BareService => $"{Case} ÷ {Bare.BareService.Name}",
        Against.NativeApi => $"{Case} ÷ native API",
        Against.Peer => $"{Case} ÷ ADK JS",
        _ => $"{Case} ÷ {Other}",
    };
}
