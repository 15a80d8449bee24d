namespace Runtime.Smoke.Sessions;

/// <summary>The suites that share session services, because starting them takes longer than their tests.</summary>
[CollectionDefinition]
public sealed class SessionGroup : ICollectionFixture<SessionServices>;

// A dialect joins by one class, and one line in SessionServices.
[Collection<SessionGroup>]
public sealed class SessionsInMemorySmoke(SessionServices sessions) : SessionSmoke(sessions, SessionServices.InMemory);

[Collection<SessionGroup>]
public sealed class SessionsOnSqliteSmoke(SessionServices sessions) : DurableSessionSmoke(sessions, SessionServices.OnSqlite);

[Collection<SessionGroup>]
public sealed class SessionsOnPostgreSqlSmoke(SessionServices sessions) : DurableSessionSmoke(sessions, SessionServices.OnPostgreSql);

[Collection<SessionGroup>]
public sealed class SessionsOnMySqlSmoke(SessionServices sessions) : DurableSessionSmoke(sessions, SessionServices.OnMySql);

[Collection<SessionGroup>]
public sealed class SessionsOnSpannerGoogleSqlSmoke(SessionServices sessions) : SpannerSessionSmoke(sessions, SessionServices.OnSpannerGoogleSql);

[Collection<SessionGroup>]
public sealed class SessionsOnSpannerPostgreSqlSmoke(SessionServices sessions) : SpannerSessionSmoke(sessions, SessionServices.OnSpannerPostgreSql);
