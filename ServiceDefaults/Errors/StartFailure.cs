using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>Says in one line why a service does not start, where the operator can do something about it.</summary>
public static partial class StartFailure
{
    /// <summary>Returns the line, or <see langword="null"/> for a fault of ours, whose stack trace is wanted.</summary>
    public static string? Explain(Exception error) => error switch
    {
        SettingException setting => setting.Message,
        OptionsValidationException options => string.Join(Environment.NewLine, options.Failures),
        // The binder's words for a value of another type: "Failed to convert configuration value 'x' at 'Sessions:MaxPageSize' to type 'System.Int32'."
        InvalidOperationException when Unconvertible().Match(error.Message) is { Success: true } unconvertible => SettingException.Describe(
            $"The value '{unconvertible.Groups["value"].Value}' is of another kind than the setting takes.", unconvertible.Groups["setting"].Value,
            "Set a value as docs/settings.md says."),
        // Kestrel's own words for a taken port and the like: "Failed to bind to address http://127.0.0.1:5100: address already in use."
        IOException { InnerException: not null } bind => SettingException.Describe(bind.Message, "Kestrel:Endpoints",
            "Choose another port, for example Kestrel__Endpoints__Grpc__Url=http://127.0.0.1:5110."),
        _ => null,
    };

    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<setting>[^']*)' to type", RegexOptions.Singleline)]
    private static partial Regex Unconvertible();
}
