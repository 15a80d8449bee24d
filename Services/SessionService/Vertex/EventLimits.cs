using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex;

/// <summary>How large an event may be that comes through this API.</summary>
internal static class EventLimits
{
    // An event comes as its structured fields and once more as raw_event.
    public static int MaxBytes(SessionOptions limits) => 2 * limits.MaxEventBytes;

    public static void Require(long bytes, SessionOptions limits)
    {
        if (bytes > MaxBytes(limits))
        {
            throw new LimitExceededException(
                $"Field 'event' has more than {MaxBytes(limits)} bytes, twice the setting {SessionOptions.Section}:{nameof(SessionOptions.MaxEventBytes)}. Fix: Keep large content as an artifact, and send a reference.");
        }
    }
}
