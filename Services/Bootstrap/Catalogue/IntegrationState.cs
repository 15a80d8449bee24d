namespace Runtime.Bootstrap.Catalogue;

/// <summary>Whether an integration works.</summary>
public enum IntegrationState
{
    /// <summary>The product answered.</summary>
    Ready,

    /// <summary>An emulator answered in the product's place.</summary>
    Emulator,

    /// <summary>Something it needs is not set, and nobody asked for it.</summary>
    NotConfigured,

    /// <summary>What is set cannot work, whatever the product does.</summary>
    Invalid,

    /// <summary>The product did not answer.</summary>
    Unreachable,

    /// <summary>The product answered, and refuses who asks.</summary>
    Denied,
}
