using Microsoft.Extensions.Configuration;

namespace Runtime.AppHost.Resources;

/// <summary>Who supplies a backing product.</summary>
public enum SupplyMode
{
    /// <summary>The first of the others that works here.</summary>
    Auto,

    /// <summary>The vendor's image, in the local container engine.</summary>
    Container,

    /// <summary>The vendor's program, found on this machine.</summary>
    Process,

    /// <summary>The real service: nothing is started, configuration and secrets say how to reach it.</summary>
    Live,

    /// <summary>Nobody: those who use the product report it as not configured.</summary>
    None,
}

/// <summary>How a product is supplied in this run, and why.</summary>
/// <param name="Mode">Never <see cref="SupplyMode.Auto"/>.</param>
/// <param name="Why">For a person; with the one step that changes it when the mode is <see cref="SupplyMode.None"/>.</param>
public sealed record Supply(SupplyMode Mode, string Why)
{
    private static readonly string[] Products = ["Postgres", "PubSub", "Spanner", "Bigtable"];

    /// <summary>Reads <c>Backing:&lt;Product&gt;</c>, and chooses where it says auto.</summary>
    /// <param name="configuration">Configuration of the AppHost.</param>
    /// <param name="product">Name in the setting, for example <c>Spanner</c>.</param>
    /// <param name="image">The vendor's image.</param>
    /// <param name="program">The vendor's program on this machine; <see langword="null"/> where there is none.</param>
    /// <param name="install">The one step that puts the program on this machine.</param>
    /// <exception cref="SettingException">The setting has another value, or asks for a program that is not there.</exception>
    public static Supply Choose(IConfiguration configuration, string product, string image, string? program, string install)
    {
        CheckNames(configuration);
        var wanted = configuration[$"Backing:{product}"];
        if (!TryParse(wanted, out var mode))
        {
            throw new SettingException($"'{wanted}' is no way to supply {product}.", Variable(product), "use auto, container, process, live or none");
        }

        return mode switch
        {
            SupplyMode.Auto => ChooseByMachine(image, program, install),
            SupplyMode.Process when program is null => throw new SettingException(
                $"The program that supplies {product} is not on this machine.", Variable(product), install),
            SupplyMode.None => new(mode, $"left out by {Variable(product)}=none. Fix: export {Variable(product)}=auto"),
            SupplyMode.Container => new(mode, $"{image} ({Variable(product)}={wanted})"),
            SupplyMode.Process => new(mode, $"{program} ({Variable(product)}={wanted})"),
            _ => new(mode, $"{Variable(product)}={wanted}"),
        };
    }

    /// <summary>A misspelt product would otherwise be supplied as if nothing had been said.</summary>
    private static void CheckNames(IConfiguration configuration)
    {
        var unknown = configuration.GetSection("Backing").GetChildren().Select(product => product.Key).Except(Products, StringComparer.OrdinalIgnoreCase).FirstOrDefault();
        if (unknown is not null)
        {
            throw new SettingException($"There is no product '{unknown}' to supply.", Variable(unknown), $"use one of {string.Join(", ", Products)}");
        }
    }

    private static string Variable(string product) => $"Backing__{product}";

    private static Supply ChooseByMachine(string image, string? program, string install)
    {
        var engine = ContainerEngine.Current;
        if (engine?.Has(image) == true)
        {
            return new(SupplyMode.Container, $"{engine!.Name} has {image}");
        }

        // A program that is here starts now; an image that is not here is a download first.
        if (program is not null)
        {
            return new(SupplyMode.Process, program + (engine is null ? "; no container engine answers" : $"; {engine.Name} has not pulled {image}"));
        }

        return engine is not null
            ? new(SupplyMode.Container, $"{engine.Name} pulls {image}")
            : new(SupplyMode.None, $"no container engine answers, and its program is not on this machine. Fix: {install}");
    }

    private static bool TryParse(string? text, out SupplyMode mode)
    {
        mode = SupplyMode.Auto;
        // Enum.TryParse alone would also take numbers.
        return string.IsNullOrWhiteSpace(text) || (Enum.TryParse(text, ignoreCase: true, out mode) && !char.IsAsciiDigit(text.Trim()[0]) && text.Trim()[0] != '-');
    }
}
