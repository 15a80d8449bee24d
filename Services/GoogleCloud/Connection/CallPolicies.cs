using Grpc.Core;
using Grpc.Net.Client.Configuration;

namespace Runtime.GoogleCloud.Connection;

/// <summary>How long each kind of call may take, and which calls may be sent again.</summary>
/// <remarks>Which methods repeat safely follows the *_grpc_service_config.json files that are published with each API.</remarks>
public static class CallPolicies
{
    /// <summary>A read or write of a few rows or messages.</summary>
    public static readonly TimeSpan Data = TimeSpan.FromSeconds(15);

    /// <summary>A statement that may scan.</summary>
    public static readonly TimeSpan Query = TimeSpan.FromSeconds(60);

    /// <summary>Describing, creating or dropping something.</summary>
    public static readonly TimeSpan Admin = TimeSpan.FromSeconds(30);

    /// <summary>Waiting for a long-running operation to end.</summary>
    public static readonly TimeSpan Operation = TimeSpan.FromSeconds(300);

    /// <summary>The whole answer of a model, which may think for minutes.</summary>
    public static readonly TimeSpan Model = TimeSpan.FromSeconds(300);

    private static readonly MethodName[] SafeToRepeat =
    [
        // Publish and Pull are repeatable because Pub/Sub delivers at least once anyway.
        Method("google.pubsub.v1.Publisher", "Publish"),
        Method("google.pubsub.v1.Subscriber", "Pull"),
        Method("google.pubsub.v1.Subscriber", "Acknowledge"),
        Method("google.pubsub.v1.Subscriber", "ModifyAckDeadline"),
        Method("google.spanner.v1.Spanner", "CreateSession"),
        Method("google.spanner.v1.Spanner", "DeleteSession"),
        Method("google.spanner.v1.Spanner", "ExecuteStreamingSql"),
        Method("google.spanner.admin.database.v1.DatabaseAdmin", "GetDatabase"),
        Method("google.spanner.admin.database.v1.DatabaseAdmin", "GetDatabaseDdl"),
        Method("google.spanner.admin.database.v1.DatabaseAdmin", "ListDatabases"),
        Method("google.spanner.admin.instance.v1.InstanceAdmin", "GetInstance"),
        Method("google.spanner.admin.instance.v1.InstanceAdmin", "GetInstanceConfig"),
        Method("google.spanner.admin.instance.v1.InstanceAdmin", "ListInstances"),
        Method("google.spanner.admin.instance.v1.InstanceAdmin", "ListInstanceConfigs"),
        Method("google.bigtable.v2.Bigtable", "ReadRows"),
        Method("google.bigtable.v2.Bigtable", "PrepareQuery"),
        Method("google.bigtable.v2.Bigtable", "ExecuteQuery"),
        Method("google.bigtable.admin.v2.BigtableTableAdmin", "ListTables"),
        Method("google.longrunning.Operations", "GetOperation"),
    ];

    /// <summary>Builds the service config of a channel. One for all products: method names carry their service.</summary>
    public static ServiceConfig ServiceConfig()
    {
        var repeatable = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = 4,
                InitialBackoff = TimeSpan.FromMilliseconds(100),
                MaxBackoff = TimeSpan.FromSeconds(1),
                BackoffMultiplier = 2,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (var method in SafeToRepeat)
        {
            repeatable.Names.Add(method);
        }

        return new ServiceConfig { MethodConfigs = { repeatable } };
    }

    private static MethodName Method(string service, string method) => new() { Service = service, Method = method };
}
