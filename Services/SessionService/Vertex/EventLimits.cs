using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex;

/// <summary>How large an event may be that comes through this API.</summary>
internal static class EventLimits
{
    /// <summary>The largest request: an event comes as its structured fields, and once more as raw_event.</summary>
    public static int MaxRequestBytes(SessionOptions limits) => (int)Math.Min(2L * limits.MaxEventBytes, Array.MaxLength);

    /// <exception cref="LimitExceededException">The event that would be stored is too large.</exception>
    public static void Require(int bytes, SessionOptions limits)
    {
        if (bytes > limits.MaxEventBytes)
        {
            throw new LimitExceededException(
                $"Field 'event' has more than {limits.MaxEventBytes} bytes. Setting: {SessionOptions.Section}:{nameof(SessionOptions.MaxEventBytes)}. Fix: Keep large content as an artifact, and send a reference.");
        }
    }
}
