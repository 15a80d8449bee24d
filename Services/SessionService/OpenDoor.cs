using System.Net;

namespace Runtime.SessionService;

/// <summary>Says at the start who may call, so that nobody takes the mode for development for another one.</summary>
internal static class OpenDoor
{
    public static void SayWhoMayCall(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Runtime.SessionService");
        if (app.Urls.FirstOrDefault(url => !IsLocal(url)) is { } open)
        {
            SessionServiceLog.EveryCaller(log, open);
        }
        else
        {
            SessionServiceLog.EveryLocalCaller(log);
        }
    });

    // "http://[::]:5100" and "http://*:5100" are not, and no more is a name that resolves to another machine's network.
    internal static bool IsLocal(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)));
}
