using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>A commit was sent and no answer came: it took effect, or not, or will yet. Read again to find out.</summary>
public sealed class CommitInDoubtException(Exception inner) : ServiceException(
    "Spanner did not say whether it committed. Fix: read again, then write what is missing.", StatusCode.Unavailable, "SPANNER_COMMIT_IN_DOUBT", inner);
