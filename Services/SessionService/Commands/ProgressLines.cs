using System.Diagnostics;
using Runtime.Storage.Migration;

namespace Runtime.SessionService.Commands;

/// <summary>Writes a line now and then, and whenever something else begins: readable on a terminal and in a log alike.</summary>
/// <param name="done">What has happened to an event, as a participle.</param>
internal sealed class ProgressLines(TextWriter output, string done) : IProgress<MigrationProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _next = TimeSpan.Zero;
    private MigrationProgress? _last;

    public void Report(MigrationProgress value)
    {
        if (_last == value || (_last?.Stage == value.Stage && _clock.Elapsed < _next && value.Converted < value.Events))
        {
            return;
        }

        (_last, _next) = (value, _clock.Elapsed + Pause);
        output.WriteLine(value.Stage switch
        {
            MigrationStage.Waiting => "Another migration of this database is running; waiting for it to end.",
            MigrationStage.Converting => $"{value.Converted} of {value.Events} events {done}.",
            _ => "Exchanging the tables.",
        });
    }
}
