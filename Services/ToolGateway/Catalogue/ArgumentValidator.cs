using System.Text.Json;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Holds the arguments of a call against the parameters of the tool. The one place where that is done, for every protocol.</summary>
public static class ArgumentValidator
{
    private const int LongestEcho = 80;

    /// <summary>Returns what is wrong, all of it, so that a model needs one more attempt and not several; empty when nothing is.</summary>
    /// <param name="parameters">What the tool takes.</param>
    /// <param name="arguments">What came; anything but a JSON object is refused.</param>
    /// <param name="accepted">The arguments with defaults filled in. A null counts as absent.</param>
    /// <exception cref="ServiceDefaults.Errors.ServiceException">Something is missing that only the operator can supply.</exception>
    public static IReadOnlyList<string> Validate(IReadOnlyList<ToolParameter> parameters, JsonElement arguments, out ToolArguments accepted)
    {
        ArgumentNullException.ThrowIfNull(parameters);

        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        accepted = new(values);
        if (arguments.ValueKind is not JsonValueKind.Object)
        {
            return [$"The arguments are {Describe(arguments)}. Allowed: a JSON object."];
        }

        List<string> problems = [];
        foreach (var argument in arguments.EnumerateObject())
        {
            if (parameters.FirstOrDefault(known => known.Name == argument.Name) is not { } parameter)
            {
                problems.Add($"Argument '{Shorten(argument.Name)}' is unknown. Allowed: {Names(parameters)}.");
            }
            else if (argument.Value.ValueKind is JsonValueKind.Null)
            {
                continue;
            }
            else if (parameter.Accepts(argument.Value))
            {
                values[parameter.Name] = argument.Value;
            }
            else
            {
                problems.Add($"Argument '{parameter.Name}' is {Describe(argument.Value)}. Allowed: {parameter.Allowed}.");
            }
        }

        ToolParameter? unsupplied = null;
        foreach (var parameter in parameters.Where(parameter => !values.ContainsKey(parameter.Name)))
        {
            if (parameter.Default is { } standard)
            {
                values[parameter.Name] = JsonSerializer.SerializeToElement(standard);
            }
            else if (parameter.Required && parameter.WhenMissing is not null)
            {
                unsupplied ??= parameter;
            }
            else if (parameter.Required && !IsPresent(arguments, parameter.Name))
            {
                problems.Add($"Argument '{parameter.Name}' is missing. Allowed: {parameter.Allowed}.");
            }
        }

        return problems.Count is 0 && unsupplied is { WhenMissing: { } missing } ? throw missing() : problems;
    }

    // A null was skipped as absent, so it is still missing; a wrong value was reported already.
    private static bool IsPresent(JsonElement arguments, string name) =>
        arguments.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null;

    private static string Names(IReadOnlyList<ToolParameter> parameters) =>
        parameters.Count is 0 ? "no arguments" : string.Join(", ", parameters.Select(parameter => parameter.Name));

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"the string '{Shorten(value.GetString()!)}'",
        JsonValueKind.Number => $"the number {Shorten(value.GetRawText())}",
        JsonValueKind.True or JsonValueKind.False => $"the boolean {value.GetRawText()}",
        JsonValueKind.Array => $"the array {Shorten(value.GetRawText())}",
        JsonValueKind.Object => $"the object {Shorten(value.GetRawText())}",
        _ => "null",
    };

    private static string Shorten(string text) => text.Length > LongestEcho ? string.Concat(text.AsSpan(0, LongestEcho), "…") : text;
}
