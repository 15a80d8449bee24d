using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;
using Runtime.Storage.Connections;
using Runtime.Storage.Migration;

namespace Runtime.SessionService.Commands;

/// <summary>Brings the session database to the newest schema version: <c>migrate</c>.</summary>
internal sealed class MigrateCommand(TextWriter output, TextWriter error)
{
    /// <summary>The exit code after Ctrl+C or SIGTERM, as shells have it.</summary>
    public const int Interrupted = 130;

    private const string Again = "Run the same command again: it goes on where it stopped.";

    public static Command Create(TextWriter output, TextWriter error)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what there is to do and read every event, and change nothing." };
        var skip = new Option<bool>("--skip-unreadable-actions")
        {
            Description = "Write an event whose actions cannot be read with empty actions, and name it, instead of stopping.",
        };
        var zone = new Option<TimeZoneInfo>("--time-zone")
        {
            Description = "The time zone of the hosts that ADK ran on, for example Europe/Berlin. ADK wrote their local time without saying so. Default: UTC.",
            HelpName = "zone",
            CustomParser = Zone,
        };
        var url = new Option<string?>("--url")
        {
            Description = $"The address of the session database. Default: the setting {Setting.VariableOf(SessionDatabaseIntegration.Address.Names[0])}, else {SessionDatabaseIntegration.Address.Variable}.",
            HelpName = "address",
        };

        var command = new Command("migrate", "Brings the session database to the newest schema version, in place. Nothing is deleted; it can be stopped and run again.")
        {
            dryRun, skip, zone, url,
        };
        // In a thread of its own: signals are listened to when this returns, and SQLite never waits.
        command.SetAction((parsed, cancellationToken) => Task.Run(
            () => new MigrateCommand(output, error).RunAsync(
                parsed.GetValue(url),
                new() { SkipUnreadableActions = parsed.GetValue(skip), TimeZone = parsed.GetValue(zone) ?? TimeZoneInfo.Utc },
                parsed.GetValue(dryRun), cancellationToken),
            CancellationToken.None));
        return command;
    }

    private static TimeZoneInfo? Zone(ArgumentResult argument)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(argument.Tokens[0].Value, out var zone))
        {
            return zone;
        }

        argument.AddError($"There is no time zone '{argument.Tokens[0].Value}'; one is called America/New_York.");
        return null;
    }

    private async Task<int> RunAsync(string? url, MigrationOptions options, bool dryRun, CancellationToken cancellationToken)
    {
        try
        {
            await using var app = Build(url);
            // Opened first: whatever is wrong with the address is said as at a start of the service.
            var store = app.Services.GetRequiredService<ISessionStore>();
            var migrator = StorageMigrations.Open(app.Services.GetRequiredService<SessionDatabase>().Address, options);

            var plan = await migrator.PlanAsync(cancellationToken);
            await ShowAsync(plan);
            if (plan.Steps.Count == 0)
            {
                await output.WriteLineAsync("Nothing to do.");
                return 0;
            }

            return dryRun ? await RehearseAsync(migrator, plan, cancellationToken) : await ApplyAsync(migrator, store, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync(dryRun ? "Stopped. Nothing was changed." : $"Stopped. {Again}");
            return Interrupted;
        }
        catch (StorageException failure)
        {
            await error.WriteLineAsync($"{failure.Failure.Code()}: {failure.Message}");
            return 1;
        }
        catch (Exception failure) when (failure is SettingException or ConnectionUrlException)
        {
            await error.WriteLineAsync(failure.Message);
            return 1;
        }
    }

    private async Task<int> RehearseAsync(StorageMigrator migrator, MigrationPlan plan, CancellationToken cancellationToken)
    {
        var unreadable = await migrator.RehearseAsync(new ProgressLines(output, "read"), cancellationToken);
        await ListAsync(unreadable);
        await output.WriteLineAsync(unreadable.Count == 0
            ? $"All {plan.Events} events can be read. Nothing was changed."
            : $"The actions of {unreadable.Count} of {plan.Events} events cannot be read: the migration stops at the first, unless --skip-unreadable-actions is given. Nothing was changed.");
        return 0;
    }

    private async Task<int> ApplyAsync(StorageMigrator migrator, ISessionStore store, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var report = await migrator.ApplyAsync(new ProgressLines(output, "converted"), cancellationToken);

        // As every start does; done here with the rights that this command was given.
        await store.CheckAsync(cancellationToken);

        await ListAsync(report.Unreadable);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"Done in {clock.Elapsed.TotalSeconds:0.0} s: {report.Converted} events converted by this run."));
        if (report.UnreadableInAll > 0)
        {
            await output.WriteLineAsync($"{report.UnreadableInAll} events were written without their actions, counting runs before this one.");
        }

        await output.WriteLineAsync("The old events are kept in the table events_v0. When you need them no more: DROP TABLE events_v0");
        return 0;
    }

    private async Task ShowAsync(MigrationPlan plan)
    {
        await output.WriteLineAsync($"Database  {plan.Database}");
        await output.WriteLineAsync($"Found     {plan.Found}");
        if (plan.Steps.Count == 0)
        {
            return;
        }

        foreach (var step in plan.Steps)
        {
            await output.WriteLineAsync($"Step      {step.From} -> {step.To}  {step.Name}");
        }

        await output.WriteLineAsync($"Events    {plan.Events}{(plan.Converted > 0 ? $", of which {plan.Converted} are converted already" : "")}");
        await output.WriteLineAsync($"Backup    {plan.Backup}");
    }

    private async Task ListAsync(IReadOnlyList<UnreadableEvent> unreadable)
    {
        foreach (var each in unreadable)
        {
            await output.WriteLineAsync($"Unreadable actions: {each}");
        }
    }

    private static WebApplication Build(string? url)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        if (url is not null)
        {
            builder.Configuration[SessionDatabaseIntegration.Address.Names[0]] = url;
        }

        builder.AddSessionSettings();
        builder.AddSessionStore();
        return builder.Build();
    }
}
