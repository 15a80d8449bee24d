using System.Globalization;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>Reduces what the wire client throws to what a caller can act on. No message repeats the server's: it may hold values.</summary>
internal static class SpannerErrors
{
    // As Spanner and its emulator say it, in GoogleSQL, in PostgreSQL, and of a mutation.
    private static readonly string[] _gone =
        ["Table not found", "Column not found in table", "Unrecognized name", "does not exist", "does not have a secondary index called"];

    /// <summary>Tells whether the tables went away or changed since they were looked at, so that looking again helps.</summary>
    public static bool IsAboutTables(ServiceException error) =>
        error.Status is StatusCode.NotFound or StatusCode.InvalidArgument && _gone.Any(words => error.Message.Contains(words, StringComparison.Ordinal));

    public static StorageException Translate(ServiceException error, SpannerDatabase database)
    {
        var parts = database.Name.Split('/');   // projects/p/instances/i/databases/d
        var place = database.Place;
        var (failure, problem, fix) = error switch
        {
            NotConfiguredException missing => (StorageFailure.Denied, missing.Problem, missing.Fix),
            UnavailableException { Reason: "SPANNER_EMULATOR_UNREACHABLE" } => (
                StorageFailure.Unavailable, $"{place} does not answer.", $"Start it with: {string.Format(CultureInfo.InvariantCulture, SpannerClient.Product.EmulatorCommand!, database.Client.Endpoint.Authority)}"),
            UnavailableException => (StorageFailure.Unavailable, $"{place} does not answer.", "Send the call again."),
            CommitInDoubtException => (
                StorageFailure.Unavailable, $"{place} did not say whether it committed.", "Read the session, then send again what is missing."),
            DeadlineException => (StorageFailure.Timeout, $"{place} did not finish in time.", "Send the call again."),
            StaleException => (StorageFailure.Contention, $"{place} kept seeing conflicting writes.", "Send the call again."),
            NotFoundException { Reason: "SPANNER_DATABASE_NOT_FOUND" } => (
                StorageFailure.Denied, $"{place} has no database '{database.Name}'.",
                $"Create it with: gcloud spanner databases create {parts[5]} --instance={parts[3]} --project={parts[1]}"),
            NotFoundException { Reason: "SPANNER_INSTANCE_NOT_FOUND" } => (
                StorageFailure.Denied, $"{place} has no instance '{parts[3]}' in project '{parts[1]}'.",
                $"Create it with: gcloud spanner instances create {parts[3]} --project={parts[1]} --config=<config> --description={parts[3]} --nodes=1"),
            PermissionDeniedException => (
                StorageFailure.Denied, $"{place} refuses this account for '{database.Name}'.",
                $"Grant it with: gcloud projects add-iam-policy-binding {parts[1]} --member=<principal> --role={SpannerDatabase.Role}"),
            UnauthenticatedException => (
                StorageFailure.Denied, $"{place} does not accept the login.", "Log in with: gcloud auth application-default login"),
            LimitExceededException => (
                StorageFailure.Full, $"{place} has reached a limit of its capacity or of a quota.", "Add capacity to the instance."),
            UpstreamException { Status: StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange } => (
                StorageFailure.InvalidData, $"{place} cannot hold the value.",
                "Keep an event and the state of a scope below 2,621,440 characters each, and a batch below 5,000 events and 100 MiB."),
            _ => (StorageFailure.Unknown, $"{place} failed unexpectedly.", "Look for the cause in the log."),
        };
        return new(failure, problem, fix, error);
    }
}
