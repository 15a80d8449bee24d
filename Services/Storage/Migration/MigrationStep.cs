namespace Runtime.Storage.Migration;

/// <summary>One change of the schema that only a command makes, never the start of a service.</summary>
/// <param name="From">The ADK schema version that it starts from.</param>
/// <param name="To">The version that it leads to.</param>
/// <param name="Name">What it does, in a few words.</param>
public sealed record MigrationStep(int From, int To, string Name);
