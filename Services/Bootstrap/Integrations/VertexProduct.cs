using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Integrations;

/// <summary>What the integrations with Vertex AI have in common.</summary>
internal static class VertexProduct
{
    public const string Endpoint = "<location>-aiplatform.googleapis.com; aiplatform.googleapis.com for global";

    public static GoogleProduct Of(string name, string code) => new(name, code, "aiplatform.googleapis.com", "aiplatform.googleapis.com", "roles/aiplatform.user");
}
