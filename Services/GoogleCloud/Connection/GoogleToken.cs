namespace Runtime.GoogleCloud.Connection;

/// <summary>What is known about a token, which itself is not in here.</summary>
/// <param name="Scopes">What it may be used for, as far as its source tells.</param>
/// <param name="Expires">When it ends, after which another one is asked for; <see langword="null"/> where its source does not tell.</param>
public sealed record GoogleToken(IReadOnlyList<string> Scopes, DateTimeOffset? Expires);
