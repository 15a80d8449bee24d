using Runtime.Bootstrap.Examination;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Readiness;

/// <summary>The reports that callers of a service get: one examination at a time, whose report is good for a few seconds.</summary>
/// <remarks>A caller costs the products behind the service no more than that, however often it asks.</remarks>
public sealed class ReadinessReports(Doctor doctor, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _one = new(1, 1);
    private (string Asked, long At, Report Report)? _last;

    /// <exception cref="InvalidArgumentException">There is no integration of a name, or the timeout is out of range.</exception>
    public async Task<Report> GetAsync(IReadOnlyCollection<string> only, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var limit = timeout ?? Doctor.DefaultTimeout;
        if (limit < Shortest || limit > Longest)
        {
            throw new InvalidArgumentException("timeout", $"{limit.TotalSeconds} s", "0.1 s to 60 s");
        }

        var asked = $"{string.Join(',', only)};{limit}";
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_last is not { } last || last.Asked != asked || time.GetElapsedTime(last.At) >= Lifetime)
            {
                var report = await doctor.ExamineAsync(only, limit, cancellationToken);
                _last = (asked, time.GetTimestamp(), report);
                return report;
            }

            return last.Report;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
