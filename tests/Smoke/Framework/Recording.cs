using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Runtime.Smoke.Framework;

/// <summary>One exchange with a service, kept in <c>tests/Smoke/Recordings</c>.</summary>
public sealed class Recording
{
    private const string Anything = "*";

    private readonly string _name;
    private readonly JsonNode _request;
    private readonly JsonNode _response;

    private Recording(string name)
    {
        _name = name;
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "Smoke", "Recordings", $"{name}.json")))!;
        (_request, _response) = (file["request"]!, file["response"]!);
    }

    /// <summary>Starts a server that gives the recorded answer to the recorded request. Any other request is refused in the words of how it differs.</summary>
    /// <param name="name">Path of the file below the folder, without its ending.</param>
    public static Task<LocalServer> ReplayAsync(string name, CancellationToken cancellationToken)
    {
        var recording = new Recording(name);
        return LocalServer.StartAsync(recording.AnswerAsync, cancellationToken);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var difference = await DifferenceAsync(context.Request);
        context.Response.StatusCode = difference is null ? (int)_response["status"]! : StatusCodes.Status400BadRequest;
        var answer = difference is null
            ? _response["body"]!
            : new JsonObject { ["error"] = new JsonObject { ["code"] = 400, ["status"] = "INVALID_ARGUMENT", ["message"] = $"{_name}.json is of another request: {difference}." } };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
    }

    /// <summary>Returns how a request differs from the recorded one; <see langword="null"/> when it is the same in all that was recorded.</summary>
    private async Task<string?> DifferenceAsync(HttpRequest request)
    {
        var line = $"{request.Method} {request.GetEncodedPathAndQuery()}";
        var recorded = $"{_request["method"]} {_request["path"]}";
        if (line != recorded)
        {
            return $"'{line}' came for '{recorded}'";
        }

        foreach (var (name, value) in _request["headers"]!.AsObject())
        {
            var came = request.Headers[name].ToString();
            if ((string)value! is Anything ? came.Length == 0 : came != (string)value!)
            {
                // A header may be a secret, if a wrong one.
                return $"the header '{name}' is absent or another one";
            }
        }

        var body = await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        return JsonNode.DeepEquals(body, _request["body"]) ? null : $"the body is {body?.ToJsonString()}";
    }
}
