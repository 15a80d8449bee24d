using Runtime.Storage.Events;

namespace Runtime.Storage.Tests;

public class EventTimeTests
{
    [Theory]
    [InlineData(0, "0", "0")]
    [InlineData(1_767_225_600_000_000, "1767225600", "1767225600000")]
    [InlineData(1_767_225_600_120_000, "1767225600.12", "1767225600120")]
    [InlineData(1_767_225_600_000_001, "1767225600.000001", "1767225600000.001")]
    [InlineData(10, "0.00001", "0.01")]
    [InlineData(-1, "-0.000001", "-0.001")]
    [InlineData(-1_500_000, "-1.5", "-1500")]
    public void A_time_is_written_with_all_its_digits_and_no_more(long micros, string seconds, string milliseconds)
    {
        var time = EventTime.FromMicros(micros);

        Assert.Equal(seconds, EventTime.Seconds(time));
        Assert.Equal(milliseconds, EventTime.Milliseconds(time));
    }
}
