namespace Runtime.Smoke.Framework;

/// <summary>What a smoke test runs against.</summary>
public enum SmokeMode
{
    /// <summary>What this machine supplies: an emulator, or the product itself, started here.</summary>
    Emulator,

    /// <summary>A server of the test that gives recorded answers.</summary>
    Recorded,

    /// <summary>The real service, with the credentials of the environment.</summary>
    Live,
}
