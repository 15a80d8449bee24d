namespace Runtime.Hosting;

/// <summary>A parameter as it is written inside a URI; in the manifest, an <c>annotated.string</c> with the filter <c>uri</c>.</summary>
internal sealed class UriEncodedParameter(ParameterResource parameter) : IValueProvider, IManifestExpressionProvider
{
    public ParameterResource Parameter { get; } = parameter;

    /// <summary>Gets the name of the entry in the manifest.</summary>
    public string Name => $"{Parameter.Name}-uri-encoded";

    public string ValueExpression => $"{{{Name}.value}}";

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        Uri.EscapeDataString(await Parameter.GetValueAsync(cancellationToken) ?? "");
}
