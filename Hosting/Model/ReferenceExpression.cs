using System.Runtime.CompilerServices;
using System.Text;

namespace Runtime.Hosting;

/// <summary>Text with values in it that are known only when the application runs.</summary>
public sealed class ReferenceExpression : IValueProvider, IManifestExpressionProvider
{
    private readonly IReadOnlyList<Part> _parts;

    private ReferenceExpression(IReadOnlyList<Part> parts) => _parts = parts;

    /// <summary>Gets the values inside, in order; they tell what the expression depends on.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders => [.. _parts.Select(part => part.Value).OfType<IValueProvider>()];

    public string ValueExpression => string.Concat(_parts.Select(part => part.Literal ?? ((IManifestExpressionProvider)part.Value!).ValueExpression));

    /// <summary>Makes an expression from an interpolated string: <c>$"Host={endpoint.Property(EndpointProperty.Host)}"</c>.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.ToExpression();

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            text.Append(part.Literal ?? await part.Value!.GetValueAsync(cancellationToken));
        }

        return text.ToString();
    }

    private readonly record struct Part(string? Literal, IValueProvider? Value);

    /// <summary>Collects the parts of an interpolated string without formatting them.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly List<Part> _parts = new((literalLength > 0 ? 1 : 0) + (formattedCount * 2));

        public void AppendLiteral(string value) => _parts.Add(new(value, null));

        public void AppendFormatted(string? value) => _parts.Add(new(value ?? "", null));

        public void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => _parts.Add(new(null, valueProvider));

        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => _parts.Add(new(null, valueProvider.Resource));

        internal ReferenceExpression ToExpression() => new(_parts);
    }
}
