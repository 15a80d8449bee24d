namespace Runtime.Testing;

/// <summary>The waits of all tests, in one place: generous, because a slow machine is not a failure.</summary>
public static class TestTimeouts
{
    /// <summary>For one call or condition inside a running system.</summary>
    public static readonly TimeSpan Call = TimeSpan.FromSeconds(30);

    /// <summary>For starting a product or the whole stack.</summary>
    public static readonly TimeSpan Start = TimeSpan.FromMinutes(3);
}
