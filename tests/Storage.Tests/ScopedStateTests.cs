using System.Text.Json;
using Runtime.Storage.State;

namespace Runtime.Storage.Tests;

public sealed class ScopedStateTests
{
    [Fact]
    public void Prefix_decides_the_scope_and_is_not_stored()
    {
        var state = ScopedState.Parse("""{"k":1,"app:k":2,"user:k":3,"temp:k":4,"other:k":5,"app:":6,"application":7}""", "state_json");

        Assert.Equal(["application", "k", "other:k"], state.Session.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["", "k"], state.App.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["k"], state.User.Keys);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"a":1} {"b":2}""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a\u0000":1}""")]
    [InlineData("""{"a":{"b":["\u0000"]}}""")]
    public void Text_that_is_not_one_storable_object_is_refused(string json) =>
        Assert.Equal("state_json", Assert.Throws<InvalidInputException>(() => ScopedState.Parse(json, "state_json")).Field);

    [Fact]
    public void Temp_keys_may_hold_anything() => Assert.Empty(ScopedState.Parse("""{"temp:a":"\u0000"}""", "state_json").Session);

    [Fact]
    public void Merge_puts_the_prefixes_back()
    {
        var state = ScopedState.Parse("""{"k":1,"app:k":2,"user:k":3}""", "state_json");

        Assert.Equal(["k", "app:k", "user:k"], ScopedState.Merge(state.Session, state.App, state.User).Keys);
    }

    [Fact]
    public void State_of_the_session_alone_keeps_its_prefixes_and_no_temp_keys()
    {
        var state = OfSession("""{"k":1,"app:k":2,"user:k":3,"temp:k":"\u0000"}""");

        Assert.Equal(["k", "app:k", "user:k"], state.Session.Keys);
        Assert.Empty(state.App);
        Assert.Empty(state.User);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"app:a\u0000":1}""")]
    [InlineData("""{"user:a":{"b":["\u0000"]}}""")]
    public void State_of_the_session_alone_that_is_not_one_storable_object_is_refused(string json) =>
        Assert.Equal("state_json", Assert.Throws<InvalidInputException>(() => OfSession(json)).Field);

    [Fact]
    public void A_prefixed_key_of_the_session_itself_hides_the_shared_one()
    {
        var shared = ScopedState.Parse("""{"app:k":"shared","user:k":"shared","app:other":"shared"}""", "state_json");

        var merged = ScopedState.Merge(OfSession("""{"app:k":"own","user:k":null}""").Session, shared.App, shared.User);

        Assert.Equal(["app:k=\"own\"", "user:k=null", "app:other=\"shared\""], merged.Select(entry => $"{entry.Key}={entry.Value.GetRawText()}"));
    }

    private static ScopedState OfSession(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ScopedState.OfSession(document.RootElement, "state_json");
    }
}
