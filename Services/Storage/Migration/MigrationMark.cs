using System.Text.Json;
using System.Text.Json.Serialization;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Migration;

/// <summary>How far a migration has come, kept in the database itself and written in the transaction of each batch. Gone when it is done.</summary>
internal sealed partial record MigrationMark
{
    /// <summary>The table of ours that ADK's own start-up updates do not touch.</summary>
    public const string Table = "runtime_schema";

    /// <summary>The name of the row.</summary>
    public const string Row = "migration";

    public required int To { get; init; }

    /// <summary>Gets the time zone that the times were read in; a run that goes on has to read them alike.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Gets the key of the last event converted, in the order of <see cref="V0Columns.Key"/>; <see langword="null"/> before the first.</summary>
    public string[]? After { get; init; }

    public long Converted { get; init; }

    public long Unreadable { get; init; }

    public static MigrationMark? Parse(string? text) => text is null ? null : JsonSerializer.Deserialize(text, Json.Default.MigrationMark);

    public override string ToString() => JsonSerializer.Serialize(this, Json.Default.MigrationMark);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(MigrationMark))]
    private sealed partial class Json : JsonSerializerContext;
}
