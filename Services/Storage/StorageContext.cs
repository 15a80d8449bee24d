using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Runtime.Storage;

/// <summary>What a dialect gets from the program that opens a store.</summary>
public sealed record StorageContext
{
    /// <summary>Gets the server's clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets the settings, for products that standard variables configure, such as <c>SPANNER_EMULATOR_HOST</c>. Default: none.</summary>
    public IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>Gets where the store logs. Default: nowhere.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gets what the store refuses to hold.</summary>
    public StorageLimits Limits { get; init; } = new();
}
