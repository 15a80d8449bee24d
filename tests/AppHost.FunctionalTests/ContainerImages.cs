using System.ComponentModel;
using System.Diagnostics;
using Runtime.AppHost.Resources;
using Runtime.AppHost.Resources.Spanner;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>Asks the container engine for the images that the container tests run.</summary>
internal static class ContainerImages
{
    private static readonly Lazy<bool> Present = new(() =>
        Has($"{SpannerImage.Name}:{SpannerImage.Tag}") && Has($"{CloudCliEmulatorsImage.Name}:{CloudCliEmulatorsImage.Tag}"));

    public static bool ArePresent => Present.Value;

    private static bool Has(string image)
    {
        try
        {
            using var inspect = Process.Start(new ProcessStartInfo("docker", ["image", "inspect", image]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            inspect.StandardOutput.ReadToEnd();
            inspect.WaitForExit();
            return inspect.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;   // There is no such program.
        }
    }
}
