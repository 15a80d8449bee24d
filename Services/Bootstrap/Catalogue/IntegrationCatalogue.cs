using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;

namespace Runtime.Bootstrap.Catalogue;

/// <summary>The integrations that a program knows.</summary>
public sealed class IntegrationCatalogue
{
    private readonly Func<Integration, bool> _isUsed;

    private IntegrationCatalogue(IReadOnlyList<Integration> all, Func<Integration, bool>? isUsed = null) =>
        (All, _isUsed) = (all, isUsed ?? (static _ => true));

    /// <summary>Gets the integrations of this product; a new one is one line here.</summary>
    public static IntegrationCatalogue BuiltIn { get; } = new(
    [
        new SessionDatabaseIntegration(),
        new SpannerIntegration(),
        new BigtableIntegration(),
        new BigQueryIntegration(),
        new PubSubIntegration(),
        new DiscoveryEngineIntegration(),
        new GeminiDeveloperIntegration(),
        new GeminiVertexIntegration(),
        new MemoryBankIntegration(),
        new VertexSessionsIntegration(),
        new OpenApiIntegration(),
        new UpstreamsIntegration(),
    ]);

    /// <summary>Gets the integrations, in the order in which people are told of them.</summary>
    public IReadOnlyList<Integration> All { get; }

    /// <summary>Gets those that the program uses, which are asked where nobody names any. The settings of the others are known all the same.</summary>
    public IEnumerable<Integration> Used => All.Where(_isUsed);

    /// <summary>Gets every setting once: those that are shared first, then each integration's own.</summary>
    public IEnumerable<Setting> Settings => SharedSettings.All.Concat(All.SelectMany(integration => integration.Settings)).Distinct();

    /// <summary>Returns a catalogue that knows more.</summary>
    public IntegrationCatalogue With(params IEnumerable<Integration> more) => new([.. All, .. more], _isUsed);

    /// <summary>Returns the catalogue of a program that uses some of the integrations.</summary>
    public IntegrationCatalogue For(Func<Integration, bool> isUsed) => new(All, isUsed);
}
