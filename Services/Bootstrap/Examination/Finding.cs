using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Examination;

/// <summary>What one integration came to. Holds no secret.</summary>
public sealed record Finding(Integration Integration, IntegrationState State, TimeSpan Latency)
{
    /// <summary>Gets the error's code; <see langword="null"/> when it works.</summary>
    public string? Code { get; init; }

    /// <summary>Gets what is worth knowing though it works, as a sentence.</summary>
    public string? Note { get; init; }

    /// <summary>Gets what is wrong, as a sentence without the step.</summary>
    public string? Missing { get; init; }

    /// <summary>Gets the one step that most likely helps.</summary>
    public string? Fix { get; init; }

    /// <summary>Gets where the runbook explains it.</summary>
    public string? Docs { get; init; }

    /// <summary>Gets where the product answered.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Gets the project that is called where a call names none.</summary>
    public string? Project { get; init; }

    /// <summary>Gets where that project is from.</summary>
    public string? ProjectSource { get; init; }

    /// <summary>Gets the project that quota is counted on, when it is another one.</summary>
    public string? QuotaProject { get; init; }

    /// <summary>Gets who calls, as an email address.</summary>
    public string? Principal { get; init; }

    /// <summary>Gets where the credentials are from.</summary>
    public string? CredentialsSource { get; init; }

    /// <summary>Gets what is known about the token; <see langword="null"/> where none was used.</summary>
    public GoogleToken? Token { get; init; }

    /// <summary>Gets whether somebody set something that only this integration uses, or asked for it by name.</summary>
    public bool IsWanted { get; init; }

    /// <summary>Gets the settings as they are, with their sources.</summary>
    public IReadOnlyList<SettingValue> Settings { get; init; } = [];

    /// <summary>Gets whether a script that needs everything that is configured may go on.</summary>
    public bool IsAcceptable => State is IntegrationState.Ready or IntegrationState.Emulator || (State is IntegrationState.NotConfigured && !IsWanted);
}
