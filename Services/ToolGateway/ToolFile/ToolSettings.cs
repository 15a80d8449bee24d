using System.ComponentModel.DataAnnotations;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>The fields of every tool.</summary>
internal abstract class ToolSettings
{
    [Required]
    public string Source { get; init; } = "";

    [Required]
    public string Description { get; init; } = "";

    /// <summary>Gets the auth services of which the caller must bring one token.</summary>
    public IReadOnlyList<string> AuthRequired { get; init; } = [];

    public ToolAnnotations? Annotations { get; init; }
}

/// <summary>What the operator says of a tool's effects; wins over what the gateway finds out.</summary>
internal sealed class ToolAnnotations
{
    public bool? ReadOnlyHint { get; init; }

    public bool? DestructiveHint { get; init; }

    public bool? IdempotentHint { get; init; }

    public bool? OpenWorldHint { get; init; }

    public static ToolEffects Apply(ToolAnnotations? annotations, ToolEffects found)
    {
        if (annotations is null)
        {
            return found;
        }

        var reads = annotations.ReadOnlyHint ?? found.ReadOnly;
        return new(reads, !reads && (annotations.DestructiveHint ?? (found.Destructive || found.ReadOnly)), annotations.IdempotentHint ?? (reads || found.Idempotent))
        {
            OpenWorld = annotations.OpenWorldHint ?? found.OpenWorld,
        };
    }
}
