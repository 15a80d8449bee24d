namespace Runtime.SessionService.Tests;

/// <summary>Which addresses only this machine reaches.</summary>
public sealed class OpenDoorTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5100", true)]
    [InlineData("http://localhost:5100", true)]
    [InlineData("http://[::1]:5100", true)]
    [InlineData("http://0.0.0.0:5100", false)]
    [InlineData("http://[::]:5100", false)]
    [InlineData("http://*:5100", false)]
    [InlineData("http://10.0.0.7:5100", false)]
    [InlineData("http://sessions.example:5100", false)]
    public void An_address_is_local_or_not(string url, bool local) => Assert.Equal(local, OpenDoor.IsLocal(url));
}
