using System.Text.RegularExpressions;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.PubSub;

/// <summary>Full names of topics and subscriptions, and the form of the tools' errors.</summary>
internal sealed partial class PubSubNames(GoogleCloudOptions google)
{
    public const string Topic = "topic_name";
    public const string Subscription = "subscription_name";

    public static readonly ToolParameter TopicParameter = ResourceNames.Id(Topic, "Full name of the topic: projects/<project>/topics/<topic>.");

    public static readonly ToolParameter SubscriptionParameter =
        ResourceNames.Id(Subscription, "Full name of the subscription: projects/<project>/subscriptions/<subscription>.");

    /// <summary>Does the work, and says a failure that the model can correct with the words it knows from the agent kit.</summary>
    /// <param name="what">For example <c>Failed to publish message to topic</c>.</param>
    public async Task<ToolResult> WithNameAsync(ToolArguments arguments, string parameter, string what, Func<string, Task<ToolResult>> work)
    {
        var name = arguments.Text(parameter);
        try
        {
            return Refusal(parameter, name) is { } refusal ? refusal : await work(name);
        }
        catch (ServiceException error) when (ToolInvoker.IsCorrectableByModel(error))
        {
            return ToolResult.CorrectableByModel(error.Reason, $"{what} '{name}': {error.Message}");
        }
    }

    private ToolResult? Refusal(string parameter, string name)
    {
        var collection = parameter is Topic ? "topics" : "subscriptions";
        if (FullName().Match(name) is { Success: true } match && match.Groups["collection"].Value == collection)
        {
            return null;
        }

        var id = name[(name.LastIndexOf('/') + 1)..];
        return ToolResult.CorrectableByModel(
            "PUBSUB_NAME_INVALID",
            $"Argument '{parameter}' is '{name}'. Allowed: a full name. Fix: use 'projects/{google.Project ?? "<project-id>"}/{collection}/{id}'.");
    }

    [GeneratedRegex(@"\Aprojects/[^/\s]+/(?<collection>topics|subscriptions)/[^/\s]+\z")]
    private static partial Regex FullName();
}
