using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Memory Bank of Vertex AI Agent Engine.</summary>
public sealed class MemoryBankIntegration : ReasoningEngineIntegration
{
    public override GoogleProduct Product { get; } = VertexProduct.Of("Memory Bank", "MEMORY_BANK");

    protected override string Collection => "memories";
}
