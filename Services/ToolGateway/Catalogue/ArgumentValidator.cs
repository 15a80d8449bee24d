using System.Text.Json;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Holds the arguments of a call against the parameters of the tool. The one place where that is done, for every protocol.</summary>
public static class ArgumentValidator
{
    private const int LongestEcho = 80;

    /// <summary>Returns what is wrong, all of it, so that a model needs one more attempt and not several; empty when nothing is.</summary>
    /// <param name="description">What the tool takes.</param>
    /// <param name="arguments">What came; anything but a JSON object is refused.</param>
    /// <param name="claims">The claims of each auth service whose token the caller brought and that was verified.</param>
    /// <param name="accepted">The arguments with defaults filled in. A null counts as absent.</param>
    /// <exception cref="ServiceException">Something is missing that the model cannot supply: a setting, or a token.</exception>
    public static IReadOnlyList<string> Validate(
        ToolDescription description, JsonElement arguments, IReadOnlyDictionary<string, JsonElement> claims, out ToolArguments accepted)
    {
        ArgumentNullException.ThrowIfNull(description);

        var parameters = description.Parameters;
        accepted = new(parameters);
        if (arguments.ValueKind is not JsonValueKind.Object)
        {
            return [$"The arguments are {Describe(arguments)}. Allowed: a JSON object."];
        }

        if (UnpairedSurrogates.In(arguments))
        {
            return ["The arguments have half of a surrogate pair, an escape from \\ud800 to \\udfff that stands alone. Allowed: text."];
        }

        List<string>? problems = null;
        foreach (var argument in arguments.EnumerateObject())
        {
            var place = IndexOf(parameters, argument);
            if (place < 0)
            {
                if (!description.IgnoresUnknownArguments)
                {
                    (problems ??= []).Add($"Argument '{Shorten(argument.Name)}' is unknown. Allowed: {Names(parameters)}.");
                }
            }
            else if (argument.Value.ValueKind is not JsonValueKind.Null)
            {
                accepted.Set(place, argument.Value);
            }
        }

        ToolParameter? unsupplied = null;
        for (var place = 0; place < parameters.Count; place++)
        {
            var parameter = parameters[place];
            if (!parameter.IsShown)
            {
                accepted.Set(place, FromClaims(parameter, claims));
            }

            if (accepted.Has(place))
            {
                if (parameter.Problem(accepted[place], parameter.Name) is { } problem)
                {
                    (problems ??= []).Add(problem);
                }
            }
            else if (parameter.DefaultElement.ValueKind is not JsonValueKind.Undefined)
            {
                accepted.Set(place, parameter.DefaultElement);
            }
            else if (parameter.Required && parameter.WhenMissing is not null)
            {
                unsupplied ??= parameter;
            }
            else if (parameter.Required)
            {
                (problems ??= []).Add($"Argument '{parameter.Name}' is missing. Allowed: {parameter.Allowed}.");
            }
        }

        return problems is null && unsupplied is { WhenMissing: { } missing } ? throw missing() : (IReadOnlyList<string>?)problems ?? [];
    }

    internal static string Refuse(string path, JsonElement value, string allowed) => $"Argument '{Shorten(path)}' is {Describe(value)}. Allowed: {allowed}.";

    // The first service that the caller has a token of decides: the claim of another person's token must not stand in for one that is missing.
    private static JsonElement FromClaims(ToolParameter parameter, IReadOnlyDictionary<string, JsonElement> claims)
    {
        var source = parameter.AuthServices.First(source => claims.ContainsKey(source.Service));
        return claims[source.Service].TryGetProperty(source.Claim, out var claim) && claim.ValueKind is not JsonValueKind.Null
            ? claim
            : throw new UnauthenticatedException(
                $"Parameter '{parameter.Name}' is the claim '{source.Claim}' of a token, and the one in header '{source.Service}_token' has none. "
                + "Fix: get a token with that claim.",
                "CLAIM_MISSING");
    }

    private static int IndexOf(IReadOnlyList<ToolParameter> parameters, JsonProperty argument)
    {
        for (var place = 0; place < parameters.Count; place++)
        {
            // A hidden parameter is unknown to callers: what they send under its name must not replace the claim.
            if (parameters[place].IsShown && argument.NameEquals(parameters[place].Name))
            {
                return place;
            }
        }

        return -1;
    }

    private static string Names(IReadOnlyList<ToolParameter> parameters) =>
        parameters.Any(parameter => parameter.IsShown)
            ? string.Join(", ", parameters.Where(parameter => parameter.IsShown).Select(parameter => parameter.Name))
            : "no arguments";

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
