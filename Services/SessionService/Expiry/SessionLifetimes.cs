using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Expiry;

/// <summary>When a session expires: as its creator says, else as its app's setting says.</summary>
public sealed class SessionLifetimes(IOptions<ExpiryOptions> options, TimeProvider time)
{
    private readonly ExpiryOptions _options = options.Value;

    /// <summary>Returns when a session that is created now expires by the settings; <see langword="null"/> for never.</summary>
    public DateTimeOffset? DefaultOf(string app)
    {
        // It parses: that was checked at the start.
        var setting = _options.Apps.TryGetValue(app, out var own) ? own : _options.Default;
        return LifetimeAttribute.TryParse(setting, out var lifetime) && lifetime is { } duration ? time.GetUtcNow() + duration : null;
    }

    /// <summary>Reads a time to live.</summary>
    /// <exception cref="InvalidArgumentException">It is not positive, or ends after the year 9999.</exception>
    public DateTimeOffset After(Duration ttl, string field)
    {
        ArgumentNullException.ThrowIfNull(ttl);

        var now = time.GetUtcNow();
        const string allowed = "a positive duration that ends before the year 10000";
        try
        {
            var lifetime = ttl.ToTimeSpan();
            return lifetime > TimeSpan.Zero && lifetime < DateTimeOffset.MaxValue - now
                ? now + lifetime
                : throw new InvalidArgumentException(field, lifetime.ToString("c"), allowed);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidArgumentException(field, came: null, allowed, error);
        }
    }

    /// <summary>Checks a moment of expiry.</summary>
    /// <exception cref="InvalidArgumentException">It is not in the future.</exception>
    public DateTimeOffset At(DateTimeOffset moment, string field)
    {
        var now = time.GetUtcNow();
        return moment > now
            ? moment
            : throw new InvalidArgumentException(field, $"{moment.UtcDateTime:O}", $"a time in the future; the server has {now.UtcDateTime:O}");
    }
}
