using Runtime.GoogleCloud.Spanner;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>What a store on Cloud Spanner calls with: credentials, endpoint and channels are theirs.</summary>
public sealed record SpannerClients(SpannerClient Data, SpannerAdminClient Admin);
