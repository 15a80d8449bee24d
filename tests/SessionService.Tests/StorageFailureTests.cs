using System.Net;
using System.Text.Json.Nodes;
using Google.Rpc;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService.Tests;

/// <summary>What callers and /health hear of a database that cannot do its work.</summary>
public sealed class StorageFailureTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StorageFailure.Unavailable, StatusCode.Unavailable, "SESSION_DB_UNREACHABLE")]
    [InlineData(StorageFailure.Contention, StatusCode.Unavailable, "SESSION_DB_CONTENTION")]
    [InlineData(StorageFailure.Timeout, StatusCode.DeadlineExceeded, "SESSION_DB_TIMEOUT")]
    [InlineData(StorageFailure.Denied, StatusCode.FailedPrecondition, "SESSION_DB_DENIED")]
    [InlineData(StorageFailure.Full, StatusCode.FailedPrecondition, "SESSION_DB_NOT_WRITABLE")]
    [InlineData(StorageFailure.SchemaOutdated, StatusCode.FailedPrecondition, "SESSION_SCHEMA_OUTDATED")]
    [InlineData(StorageFailure.SchemaMigrating, StatusCode.Unavailable, "SESSION_SCHEMA_MIGRATING")]
    [InlineData(StorageFailure.SchemaTooNew, StatusCode.FailedPrecondition, "SESSION_SCHEMA_TOO_NEW")]
    [InlineData(StorageFailure.StateTooLarge, StatusCode.ResourceExhausted, "STATE_TOO_LARGE")]
    [InlineData(StorageFailure.InvalidData, StatusCode.InvalidArgument, "INVALID_ARGUMENT", "SESSION_DATA_NOT_STORABLE")]
    [InlineData(StorageFailure.DataUnreadable, StatusCode.Internal, "INTERNAL", "SESSION_DATA_UNREADABLE")]
    [InlineData(StorageFailure.Unknown, StatusCode.Internal, "INTERNAL", "SESSION_DB_FAILED")]
    public async Task A_failure_of_the_database_has_its_code(StorageFailure failure, StatusCode status, string reason, string? inHealth = null)
    {
        await using var database = Replica.NewDatabase();
        await using var service = new Replica(new FailingStore(database, new(failure, "It happened.", "take the step.")));
        using var http = service.CreateClient();

        var error = await Assert.ThrowsAsync<RpcException>(() => service.OpenClient().DeleteSessionAsync(
            new() { AppName = "a", UserId = "u", SessionId = "s" }, cancellationToken: Cancellation).ResponseAsync);
        using var overRest = await http.GetAsync(new Uri("/v1/projects/p/locations/l/reasoningEngines/1/sessions", UriKind.Relative), Cancellation);
        var answer = JsonNode.Parse(await overRest.Content.ReadAsStringAsync(Cancellation))!["error"]!;
        using var health = await http.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);

        var details = error.GetRpcStatus()!;
        Assert.Equal((status, reason), (error.StatusCode, details.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains($"{inHealth ?? reason}: It happened. Fix: take the step.", await health.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        // Google's APIs say 400 for a failed precondition.
        Assert.Equal(status is StatusCode.FailedPrecondition ? 400 : ErrorMapping.ToHttpStatus(status), (int)overRest.StatusCode);
        Assert.Contains(answer["details"]!.AsArray(), detail => (string?)detail!["reason"] == reason);
        if (status is not (StatusCode.Internal or StatusCode.InvalidArgument))
        {
            var info = details.GetDetail<ErrorInfo>()!;
            var link = Assert.Single(details.GetDetail<Help>()!.Links);
            Assert.Equal(("take the step.", "docs/runbook.md#session-database"), (link.Description, link.Url));
            Assert.Equal(("take the step.", "Session database"), (info.Metadata["fix"], info.Metadata["integration"]));
            Assert.Contains(answer["details"]!.AsArray(), detail => (string?)detail!["links"]?[0]!["description"] == "take the step.");
        }
    }

    private sealed class FailingStore(ISessionStore inner, StorageException failure) : StoreInFront(inner)
    {
        public override Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken) => throw failure;

        public override Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => throw failure;

        public override Task CheckAsync(CancellationToken cancellationToken) => throw failure;
    }
}
