using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Runtime.Storage.Dialects.Spanner;

namespace Runtime.Storage;

/// <summary>What a dialect gets from the program that opens a store.</summary>
public sealed record StorageContext
{
    /// <summary>Gets the server's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets the clients that an address of Cloud Spanner needs. They stay the giver's. Default: none.</summary>
    public SpannerClients? Spanner { get; init; }

    /// <summary>Gets where the store logs. Default: nowhere.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gets what the store refuses to hold.</summary>
    public StorageLimits Limits { get; init; } = new();
}
