namespace Runtime.GoogleCloud.Connection;

/// <summary>What is fixed about one Google Cloud API: where it answers, and the words of its remedies.</summary>
/// <param name="Name">Name of the integration, as the runbook calls it.</param>
/// <param name="Code">First word of its error codes, for example <c>SPANNER</c>.</param>
/// <param name="Host">The public endpoint, without scheme.</param>
/// <param name="Api">The API to enable in a project; also the host whose permissions apply.</param>
/// <param name="Role">The least IAM role that its tools need.</param>
/// <param name="EmulatorVariable">The variable that points at an emulator, as <c>host:port</c>; <see langword="null"/> where there is no emulator.</param>
/// <param name="EmulatorCommand">Starts an emulator; <c>{0}</c> stands for the address.</param>
public sealed record GoogleProduct(
    string Name, string Code, string Host, string Api, string Role, string? EmulatorVariable = null, string? EmulatorCommand = null)
{
    /// <summary>Gets the product's part of the settings section: the words of its name, for example <c>PubSub</c>.</summary>
    public string Section { get; } = string.Concat(Name.Split(' ', '/').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
