using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Sessions of Vertex AI Agent Engine.</summary>
public sealed class VertexSessionsIntegration : ReasoningEngineIntegration
{
    public override GoogleProduct Product { get; } = VertexProduct.Of("Vertex sessions", "VERTEX_SESSIONS");

    protected override string Collection => "sessions";
}
