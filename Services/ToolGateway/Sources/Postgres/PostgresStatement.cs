using System.Diagnostics;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>What is known of a statement: its columns, and whether it is quick.</summary>
/// <remarks>
/// Of every 16 runs the quickest is what the statement itself takes; the others waited for a processor. One run that is slow, large or failed
/// is enough to make it not quick until the next 16.
/// </remarks>
internal sealed class PostgresStatement(PostgresColumns columns)
{
    private const int Runs = 16;
    private const int FewRows = 100;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private int _runs;
    private int _quickRuns;
    private volatile bool _isQuick;

    public PostgresColumns Columns => columns;

    /// <summary>Gets whether it takes less than the way to the server and back, and returns little, as far as its last runs tell.</summary>
    public bool IsQuick => _isQuick;

    /// <summary>Takes note of a run that returned all of its rows.</summary>
    public void Ran(long started, int together, long rows) => Note(Stopwatch.GetElapsedTime(started), together, rows <= FewRows);

    /// <summary>Takes note of a run that did not.</summary>
    public void Failed() => Note(TimeSpan.Zero, 1, isSmall: false);

    private void Note(TimeSpan took, int together, bool isSmall)
    {
        lock (_lock)
        {
            if (took >= Slow || !isSmall)
            {
                _isQuick = false;
                _runs = _quickRuns = 0;
                return;
            }

            _quickRuns += took / together < Quick ? 1 : 0;
            if (++_runs is Runs)
            {
                _isQuick = _quickRuns > 0;
                _runs = _quickRuns = 0;
            }
        }
    }
}
