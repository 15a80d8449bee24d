using Microsoft.Extensions.Logging;
using Runtime.Bootstrap.Catalogue;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Examination;

/// <summary>Asks each integration whether it works, all at once, and says of those that do not the one step that helps.</summary>
public sealed class Doctor(
    IntegrationCatalogue catalogue, Preflight preflight, GoogleCredentials credentials, TimeProvider time, ILogger<Doctor> logger)
{
    /// <summary>How long a probe may take where nobody says.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Returns the integrations of these names; those that the program uses when there is none.</summary>
    /// <param name="names">Names or keys, whatever their case and punctuation: <c>Pub/Sub</c>, <c>pub-sub</c>, <c>pubsub</c>.</param>
    /// <exception cref="InvalidArgumentException">There is no integration of a name.</exception>
    public static IReadOnlyList<Integration> Choose(IntegrationCatalogue catalogue, IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(names);

        var unknown = names.FirstOrDefault(name => !catalogue.All.Any(integration => Letters(integration.Name) == Letters(name)));
        return unknown is not null
            ? throw new InvalidArgumentException("only", unknown, $"one of {string.Join(", ", catalogue.All.Select(integration => integration.Key))}")
            : [.. names.Count == 0 ? catalogue.Used : catalogue.All.Where(integration => names.Any(name => Letters(integration.Name) == Letters(name)))];
    }

    /// <summary>Examines integrations.</summary>
    /// <param name="only">Their names; empty for those that the program uses. One that is asked for by name has to work.</param>
    /// <param name="timeout">How long each may take.</param>
    public async Task<Report> ExamineAsync(IReadOnlyCollection<string> only, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var chosen = Choose(catalogue, only);
        return new(await Task.WhenAll(chosen.Select(integration => ExamineAsync(integration, only.Count > 0, timeout, cancellationToken))));
    }

    private async Task<Finding> ExamineAsync(Integration integration, bool isNamed, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var begin = time.GetTimestamp();
        Finding finding;
        try
        {
            // On the pool: what a driver does before its first await must not hold up the others.
            var answer = await Task.Run(() => integration.ProbeAsync(preflight, limit.Token), limit.Token).WaitAsync(limit.Token);
            finding = new(integration, answer.IsEmulator ? IntegrationState.Emulator : IntegrationState.Ready, time.GetElapsedTime(begin))
            {
                Endpoint = answer.Endpoint,
                CredentialsSource = answer.Source,
                Note = answer.Note,
            };
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            finding = new(integration, IntegrationState.Unreachable, time.GetElapsedTime(begin))
            {
                Code = "DEADLINE_EXCEEDED",
                Missing = $"There was no answer within {timeout.TotalSeconds:0.###} s.",
                Fix = $"dotnet run --project AppHost -- doctor --only {integration.Key} --timeout {timeout.TotalSeconds * 4:0.###}",
            };
        }
        catch (ServiceException error)
        {
            finding = Explained(integration, error) with { Latency = time.GetElapsedTime(begin) };
        }
        catch (Exception error)
        {
            BootstrapLog.ProbeFailed(logger, integration.Name, error);
            finding = new(integration, IntegrationState.Invalid, time.GetElapsedTime(begin))
            {
                Code = "INTERNAL",
                Missing = $"The probe itself failed ({error.GetType().Name}).",
                Fix = "look for the cause in the log",
            };
        }

        return await CompleteAsync(finding, isNamed, cancellationToken);
    }

    private static Finding Explained(Integration integration, ServiceException error)
    {
        var remedy = integration.Remedies.Concat(integration.SharedRemedies).FirstOrDefault(remedy => remedy.Code == error.Reason);
        return new(integration, remedy?.State ?? StateOf(error), TimeSpan.Zero)
        {
            Code = error.Reason,
            Missing = error.Problem,
            Fix = error.Fix ?? remedy?.Fix,
            Docs = ServiceException.DocsOf(integration.Name),
        };
    }

    private static IntegrationState StateOf(ServiceException error) => error switch
    {
        UnauthenticatedException or PermissionDeniedException => IntegrationState.Denied,
        UnavailableException or DeadlineException => IntegrationState.Unreachable,
        _ => IntegrationState.Invalid,
    };

    private async Task<Finding> CompleteAsync(Finding finding, bool isNamed, CancellationToken cancellationToken)
    {
        var integration = finding.Integration;
        var settings = integration.Settings.Select(setting => preflight.Settings[setting]).ToArray();
        var complete = finding with { Settings = settings, IsWanted = isNamed || settings.Any(value => value.IsSet && !value.Setting.IsShared) };
        if (finding.State is IntegrationState.NotConfigured || integration is not GoogleIntegration)
        {
            return complete;
        }

        var project = preflight.Settings[SharedSettings.Project];
        complete = project.Value is not null ? complete with { Project = project.Value, ProjectSource = project.Source }
            : await preflight.ProjectAsync(cancellationToken) is { } machine ? complete with { Project = machine, ProjectSource = "metadata server" }
            : complete;
        // With a key of its own, or an emulator, it does not call as the login.
        return finding.State is IntegrationState.Emulator || finding.CredentialsSource is not null || credentials.Login is not { } login
            ? complete
            : complete with
            {
                Principal = login.Principal,
                CredentialsSource = login.Source,
                QuotaProject = login.QuotaProject,
                Token = await credentials.DescribeTokenAsync(cancellationToken),
            };
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
}
