using System.Text.RegularExpressions;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets;

/// <summary>The parameters that say which Google resource is meant, and the full names made of them.</summary>
public static partial class ResourceNames
{
    public const string ProjectId = "project_id";
    public const string InstanceId = "instance_id";

    /// <summary>Returns the parameter for the project, which is optional where the gateway has a default, or may get one from the machine it runs on.</summary>
    public static ToolParameter Project(GoogleCloudOptions options, GoogleProduct product)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(product);

        var parameter = new ToolParameter(ProjectId, ParameterKind.String, "The Google Cloud project id.") { NotEmpty = true };
        return options.Project is { } project
            ? parameter with { Default = project, Text = $"The Google Cloud project id. Default: {project}." }
            : options.MetadataHost is null ? parameter with { Required = true, WhenMissing = () => NoProject(product) }
            : parameter with { Text = "The Google Cloud project id. Default: that of the machine, if it is on Google Cloud." };
    }

    public static ToolParameter Id(string name, string text) => new(name, ParameterKind.String, text) { Required = true, NotEmpty = true };

    /// <summary>Returns <c>projects/p/instances/i</c>.</summary>
    /// <exception cref="NotConfiguredException">The call names no project, and there is no default.</exception>
    public static async Task<string> InstanceAsync(ToolArguments arguments, GoogleCredentials google, GoogleProduct product, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(google);
        ArgumentNullException.ThrowIfNull(product);

        var project = arguments.OptionalText(ProjectId) is null
            ? await google.ProjectAsync(cancellationToken) ?? throw NoProject(product)
            : Part(arguments, ProjectId);
        return $"projects/{project}/instances/{Part(arguments, InstanceId)}";
    }

    /// <summary>Returns an argument that becomes one part of a resource name.</summary>
    /// <exception cref="InvalidArgumentException">It is not one part: it would name something else than the parameter says.</exception>
    public static string Part(ToolArguments arguments, string name)
    {
        ArgumentNullException.ThrowIfNull(arguments);

        var value = arguments.Text(name);
        return IdPattern().IsMatch(value)
            ? value
            : throw new InvalidArgumentException(name, value, "an id of letters, digits and . _ - : (not a full resource name)");
    }

    private static NotConfiguredException NoProject(GoogleProduct product) => new(
        product.Name, "PROJECT_NOT_CONFIGURED", "No Google Cloud project id.", "export GOOGLE_CLOUD_PROJECT=<project-id>");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._:-]*\z")]
    private static partial Regex IdPattern();
}
