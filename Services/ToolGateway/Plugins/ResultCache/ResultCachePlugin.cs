using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Plugins.ResultCache;

/// <summary>Answers a read-only call with the result of the same call a moment ago.</summary>
/// <remarks>
/// The same call is the same tool with the same arguments, those taken from verified claims included, so one user's rows are never another's.
/// A tool of a new catalogue is another tool. Errors and streamed results are not kept.
/// </remarks>
public sealed class ResultCachePlugin(IOptions<ResultCacheOptions> options) : IToolPlugin, IDisposable
{
    private readonly MemoryCache _results = new(new MemoryCacheOptions { SizeLimit = options.Value.MaxBytes });

    public string Name => "result-cache";

    public bool IsEnabled => options.Value.Enabled;

    public ValueTask<ToolResult?> BeforeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new(IsKept(call) && _results.TryGetValue(Key(call), out ToolResult? known) ? known : null);
    }

    public ValueTask<ToolResult?> AfterAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(result);

        if (!result.IsError && IsKept(call))
        {
            var key = Key(call);
            // A result that came from here keeps its first end of life.
            if (!_results.TryGetValue(key, out _))
            {
                _results.Set(key, result, new MemoryCacheEntryOptions
                {
                    Size = result.Utf8.Length + key.Arguments.Length,
                    AbsoluteExpirationRelativeToNow = options.Value.Lifetime,
                });
            }
        }

        return default;
    }

    public void Dispose() => _results.Dispose();

    private bool IsKept(ToolCall call) =>
        call.Tool.Description.Effects.ReadOnly && call.Context.Partial is null
        && (options.Value.Tools.Count is 0 || options.Value.Tools.Contains(call.Tool.Name));

    private static CallKey Key(ToolCall call)
    {
        var buffer = new ResultBuffer();
        using (var json = new Utf8JsonWriter(buffer))
        {
            call.Arguments.WriteTo(json);
        }

        return new(call.Tool, Encoding.UTF8.GetString(buffer.Written.Span));
    }

    private sealed record CallKey(CataloguedTool Tool, string Arguments);
}
