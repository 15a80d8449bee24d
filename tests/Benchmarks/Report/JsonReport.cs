using System.Text.Encodings.Web;
using System.Text.Json;
using Runtime.Benchmarks.Sessions;

namespace Runtime.Benchmarks.Report;

/// <summary>The same numbers for a program: compare two runs, or draw a curve over many.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task WriteAsync(string file, MachineFacts facts, IEnumerable<DatabaseResults> all, CancellationToken cancellationToken)
    {
        var report = new
        {
            Machine = facts.All,
            Databases = all.Select(results => new
            {
                results.Database,
                results.Version,
                Cases = results.Cases.Select(asked => new
                {
                    asked.Name,
                    asked.Question,
                    Subjects = results.Subjects.Select(subject => new
                    {
                        Name = subject,
                        Measured = results.Of(asked.Name, subject),
                        Failure = results.FailureOf(asked.Name, subject),
                    }).Where(subject => subject.Measured is not null || subject.Failure is not null),
                }),
                Targets = Target.All.Where(target => target.Database is null || target.Database == results.Database).Select(target => new
                {
                    Target = target.Describe(),
                    target.AtLeast,
                    Measured = results.RatioOf(target),
                }),
            }),
        };
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, report, _options, cancellationToken);
    }
}
