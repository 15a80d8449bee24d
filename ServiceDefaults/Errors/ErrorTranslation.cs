using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>Finds the words for any exception that reaches the edge of a service.</summary>
public sealed class ErrorTranslation(IEnumerable<IExceptionTranslator> translators, ILogger<ErrorTranslation> logger)
{
    private readonly IExceptionTranslator[] _translators = [.. translators];

    /// <summary>Returns what the caller is told. An unknown failure is logged once, and only its correlation id goes out.</summary>
    public ServiceException Explain(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);

        if (error is ServiceException known)
        {
            return known;
        }

        foreach (var translator in _translators)
        {
            if (translator.Translate(error) is { } translated)
            {
                // What the caller has to correct is told to the caller; a log that repeats it hides what the operator has to.
                if (translated.Status != StatusCode.InvalidArgument)
                {
                    ServiceDefaultsLog.Translated(logger, translated.Reason, error);
                }

                return translated;
            }
        }

        var correlation = Guid.CreateVersion7().ToString("n");
        ServiceDefaultsLog.Unexpected(logger, correlation, error);
        return new UnexpectedException(correlation, error);
    }

    /// <summary>A fault of ours: the log has the story, the caller has the id to ask with.</summary>
    private sealed class UnexpectedException(string correlation, Exception inner)
        : ServiceException($"The service failed unexpectedly. Ask its operator about correlation id '{correlation}'.", StatusCode.Internal, "INTERNAL", inner);
}
