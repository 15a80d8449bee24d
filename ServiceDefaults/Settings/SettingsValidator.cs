using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ServiceDefaults.Settings;

/// <summary>Checks the validation attributes of an options class, and says what is wrong as every setting's fault is said: problem, setting, fix.</summary>
internal sealed class SettingsValidator<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var failures = (
            from property in typeof(TOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            from rule in property.GetCustomAttributes<ValidationAttribute>()
            let value = property.GetValue(options)
            where !rule.IsValid(value)
            select SettingException.Describe(Problem(value), $"{section}:{property.Name}", Fix(rule))).ToArray();
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Problem(object? value) => value switch
    {
        null or "" => "A setting is missing.",
        string or not IEnumerable => string.Create(CultureInfo.InvariantCulture, $"The value '{value}' is not allowed."),
        _ => "One of the values is not allowed.",
    };

    private static string Fix(ValidationAttribute rule) => rule is RangeAttribute range
        ? string.Create(CultureInfo.InvariantCulture, $"Set {Kind(range.OperandType)} from {range.Minimum} to {range.Maximum}.")
        : rule.ErrorMessage ?? rule.FormatErrorMessage("the setting");

    private static string Kind(Type type) => type == typeof(TimeSpan) ? "a duration ([days.]hours:minutes:seconds)" : "a whole number";
}
