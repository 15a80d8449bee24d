using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Plugins.ReflectAndRetry;

/// <summary>How a model is led from a failure to a better call. Bound from <c>Plugins:ReflectAndRetry</c>.</summary>
public sealed class ReflectAndRetryOptions
{
    public const string Section = "Plugins:ReflectAndRetry";

    /// <summary>Gets or sets a value indicating whether failures are answered with guidance. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets how many failures of one tool in a row are answered with guidance to retry, 0 to 100. Default 3.</summary>
    [Range(0, 100)]
    public int MaxRetries { get; set; } = 3;

    /// <summary>Gets or sets a value indicating whether the failure after the last retry comes out as it is, instead of as guidance to stop. Default true.</summary>
    public bool ThrowWhenExceeded { get; set; } = true;
}
