using Npgsql;
using Runtime.ToolGateway.Sources.Postgres;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What PostgreSQL's own codes become; the conditions themselves are hard to make at will.</summary>
public sealed class PostgresErrorsTests
{
    private static readonly NpgsqlConnectionStringBuilder _settings = new("Host=h;Port=5433;Username=u;Password=hush;Database=d");

    [Theory]
    [InlineData(PostgresErrorCodes.DeadlockDetected, "SOURCE_CONTENTION")]
    [InlineData(PostgresErrorCodes.SerializationFailure, "SOURCE_CONTENTION")]
    [InlineData(PostgresErrorCodes.TooManyConnections, "SOURCE_BUSY")]
    [InlineData(PostgresErrorCodes.QueryCanceled, "SOURCE_TIMEOUT")]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, "SOURCE_DENIES")]
    [InlineData(PostgresErrorCodes.InvalidPassword, "SOURCE_REFUSES")]
    [InlineData(PostgresErrorCodes.CannotConnectNow, "SOURCE_UNAVAILABLE")]
    public void A_code_of_the_server_has_a_reason_and_a_step_and_no_secret(string state, string reason)
    {
        var error = PostgresErrors.Explain("shop", _settings, new PostgresException("it says hush", "ERROR", "ERROR", state));

        Assert.Equal(reason, error.Reason);
        Assert.Contains("Fix: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
    }
}
