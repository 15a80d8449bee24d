using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>A message was not published because one before it, with the same ordering key, was not.</summary>
public sealed class OrderingKeyStoppedException(string key, Exception failure) : ServiceException(
    $"Ordering key '{key}' is stopped, because a message before this one could not be published. Fix: publish that one again, after resuming the key.",
    StatusCode.FailedPrecondition,
    "PUBSUB_ORDERING_KEY_STOPPED",
    failure);
