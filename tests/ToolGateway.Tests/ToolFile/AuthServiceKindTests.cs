namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>Auth services as files declare them.</summary>
public sealed class AuthServiceKindTests
{
    [Theory]
    [InlineData("kind: google, clientId: c")]
    [InlineData("kind: google, clientId: c, mcpEnabled: false")]
    [InlineData("kind: generic, audience: a, authorizationServer: 'https://login.example.com/realm'")]
    public async Task A_good_one_is_taken_without_asking_its_issuer(string fields) => Assert.Empty(await ProblemsAsync(fields));

    [Theory]
    [InlineData("kind: google", "Auth service 'people' has no 'clientId'. Fix: add it.")]
    [InlineData("kind: generic, audience: a", "Auth service 'people' has no 'authorizationServer'. Fix: add it.")]
    [InlineData(
        "kind: generic, audience: a, authorizationServer: login.example.com",
        "Field 'authorizationServer' of auth service 'people' is 'login.example.com'. Allowed: an http or https address.")]
    [InlineData("kind: google, clientId: c, mcpEnabled: true", "Auth service 'people' has 'mcpEnabled: true', which is not offered.")]
    [InlineData("kind: generic, audience: a, authorizationServer: 'https://a', scopesRequired: [x]", "Auth service 'people' has the unknown field 'scopesRequired'.")]
    [InlineData("kind: github", "Auth service 'people' is of the unknown kind 'github'. Known: generic, google.")]
    public async Task One_that_would_guard_less_than_it_says_is_refused(string fields, string problem) =>
        Assert.Contains(problem, Assert.Single(await ProblemsAsync(fields)), StringComparison.Ordinal);

    private static Task<IReadOnlyList<string>> ProblemsAsync(string fields) => DeclaredGateway.ProblemsOfAsync($"authServices: {{ people: {{ {fields} }} }}");
}
