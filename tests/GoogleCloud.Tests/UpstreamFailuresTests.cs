using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Tests;

public sealed class UpstreamFailuresTests
{
    private static readonly GoogleEndpoint Emulator = new(new Uri("http://127.0.0.1:9010"), IsEmulator: true);
    private static readonly GoogleEndpoint Public = new(new Uri("https://spanner.googleapis.com"), IsEmulator: false);

    [Theory]
    [InlineData(StatusCode.Unavailable, "Error connecting to subchannel.")]
    [InlineData(StatusCode.Unimplemented, "Bad gRPC response. HTTP status code: 404")]
    public void An_emulator_that_is_not_there_is_unavailable_with_the_command_that_starts_it(StatusCode code, string detail)
    {
        var error = Explain(new RpcException(new Grpc.Core.Status(code, detail)), Emulator);

        Assert.IsType<UnavailableException>(error);
        Assert.Equal("SPANNER_EMULATOR_UNREACHABLE", error.Reason);
        Assert.EndsWith("Setting: SPANNER_EMULATOR_HOST. Fix: gcloud emulators spanner start --host-port=127.0.0.1:9010", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SERVICE_DISABLED", "API_NOT_ENABLED", "gcloud services enable spanner.googleapis.com --project p1")]
    [InlineData("USER_PROJECT_DENIED", "QUOTA_PROJECT_DENIED", "gcloud auth application-default set-quota-project <project-id>")]
    [InlineData("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "SCOPE_INSUFFICIENT", "gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform")]
    [InlineData("IAM_PERMISSION_DENIED", "PERMISSION_MISSING", "gcloud projects add-iam-policy-binding p1 --member=<principal> --role=roles/spanner.databaseReader")]
    public void A_denial_has_the_step_that_fits_its_reason(string reason, string code, string fix)
    {
        var info = new ErrorInfo { Reason = reason, Metadata = { ["consumer"] = "projects/p1", ["service"] = "spanner.googleapis.com" } };
        var status = new Google.Rpc.Status { Code = (int)StatusCode.PermissionDenied, Message = "denied", Details = { Any.Pack(info) } };

        var error = Explain(status.ToRpcException(), Public);

        Assert.Equal(code, error.Reason);
        Assert.EndsWith($"Fix: {fix}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LoginKind.Token, "ACCESS_TOKEN_EXPIRED", "export GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)")]
    [InlineData(LoginKind.User, "CREDENTIALS_EXPIRED", "gcloud auth application-default login")]
    [InlineData(LoginKind.ServiceAccountKey, "CREDENTIALS_EXPIRED", "gcloud iam service-accounts keys create <file> --iam-account=a@p.iam.gserviceaccount.com")]
    [InlineData(LoginKind.Metadata, "CREDENTIALS_EXPIRED", "gcloud iam service-accounts enable a@p.iam.gserviceaccount.com")]
    public void A_login_that_is_refused_names_what_to_renew(LoginKind kind, string code, string fix)
    {
        var login = new GoogleLogin("somewhere", kind, "a@p.iam.gserviceaccount.com");

        var error = UpstreamFailures.Explain(new RpcException(new Grpc.Core.Status(StatusCode.Unauthenticated, "no")), SpannerClient.Product, Public, login);

        Assert.Equal(code, error.Reason);
        Assert.EndsWith($"Fix: {fix}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_came_with_the_call_is_the_callers_to_renew() => Assert.EndsWith(
        "Fix: send the call with a token that has not ended",
        UpstreamFailures.Explain(
            new RpcException(new Grpc.Core.Status(StatusCode.Unauthenticated, "no")), SpannerClient.Product, Public, new GoogleLogin(CredentialSearch.OwnToken, LoginKind.Token)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_denial_names_the_account_where_it_is_known()
    {
        var login = new GoogleLogin("somewhere", LoginKind.User, "a@example.com");

        var error = UpstreamFailures.Explain(new RpcException(new Grpc.Core.Status(StatusCode.PermissionDenied, "no")), SpannerClient.Product, Public, login);

        Assert.Contains("--member=user:a@example.com", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "UNAVAILABLE")]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED")]
    [InlineData(StatusCode.NotFound, "SPANNER_NOT_FOUND")]
    [InlineData(StatusCode.AlreadyExists, "SPANNER_ALREADY_EXISTS")]
    [InlineData(StatusCode.InvalidArgument, "SPANNER_REFUSED")]
    [InlineData(StatusCode.Aborted, "SPANNER_ABORTED")]
    [InlineData(StatusCode.ResourceExhausted, "SPANNER_LIMIT_EXCEEDED")]
    [InlineData(StatusCode.Unimplemented, "NOT_SUPPORTED")]
    [InlineData(StatusCode.DataLoss, "SPANNER_FAILED")]
    public void What_a_product_answers_has_its_code(StatusCode status, string code) =>
        Assert.Equal(code, Explain(new RpcException(new Grpc.Core.Status(status, "no")), Public).Reason);

    private static ServiceException Explain(RpcException error, GoogleEndpoint endpoint) =>
        UpstreamFailures.Explain(error, SpannerClient.Product, endpoint, login: null);
}
