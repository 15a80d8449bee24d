namespace Runtime.Hosting.Tests;

public sealed class NotificationTests
{
    [Fact]
    public async Task The_end_of_the_application_ends_every_wait_and_a_wait_that_comes_later()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var notifications = new ResourceNotificationService();
        var before = notifications.WaitForResourceAsync("service", _ => true, cancellation);

        notifications.Dispose();

        await Assert.ThrowsAsync<OperationCanceledException>(() => before);
        await Assert.ThrowsAsync<OperationCanceledException>(() => notifications.WaitForResourceAsync("service", _ => true, cancellation));
    }
}
