using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>The tools that files declare, as of the last time that nothing was wrong with the files.</summary>
internal sealed class ToolFiles(ToolFileLoader loader, IOptions<ToolFileOptions> options, ILogger<ToolFiles> logger)
{
    private const string Setting = $"{ToolFileOptions.Section}:{nameof(ToolFileOptions.File)}";

    private readonly string _path = options.Value.File;
    private FileText[] _tried = [];
    private FileText[]? _seen;
    private LoadedTools _loaded = LoadedTools.None;

    /// <summary>Gets the sources that are open.</summary>
    public IReadOnlyList<SourceHandle> Sources => _loaded.Sources;

    /// <summary>Gets a value indicating whether there are files to follow.</summary>
    public bool AreConfigured => _path.Length > 0;

    /// <summary>Loads the files for the first time.</summary>
    /// <exception cref="SettingException">They cannot be read, or something is wrong with them: all of it.</exception>
    public DeclaredTools Load()
    {
        if (!AreConfigured)
        {
            return DeclaredTools.None;
        }

        try
        {
            _tried = Read();
            if (_tried.Length is 0)
            {
                throw new SettingException($"The folder '{_path}' has no *.yaml or *.yml file.", Setting, "Put one there, or name another folder.");
            }

            _loaded = loader.Load(_tried, LoadedTools.None);
            ToolGatewayLog.ToolsLoaded(logger, _path, _loaded.Tools.Tools.Count);
            return _loaded.Tools;
        }
        catch (ToolFileException error)
        {
            throw new SettingException(
                $"{error.Message}{Environment.NewLine}The tools file has {(error.Problems.Count is 1 ? "a problem" : $"{error.Problems.Count} problems")}.",
                Setting, "Correct the places above.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The file or folder '{_path}' cannot be read.", Setting, "Name a file, or a folder of *.yaml files, that this service may read.", error);
        }
    }

    /// <summary>Looks at the files, and loads them where they have changed and are as they were at the last look: nobody is writing them.</summary>
    /// <returns>The tools there are now; null where nothing has changed, or something is wrong with the files, which is logged once.</returns>
    public DeclaredTools? Look()
    {
        FileText[] now;
        try
        {
            now = Read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // An editor that replaces a file has a moment without one; an absent file does not become another one.
            now = [];
        }

        var isSettled = _seen is not null && _seen.SequenceEqual(now);
        _seen = now;
        if (!isSettled || now.SequenceEqual(_tried))
        {
            return null;
        }

        _tried = now;
        if (now.Length is 0)
        {
            ToolGatewayLog.ToolsGone(logger, _path);
            return null;
        }

        try
        {
            var last = _loaded;
            _loaded = loader.Load(now, last);
            foreach (var source in last.Sources.Except(_loaded.Sources))
            {
                _ = source.RetireAsync();
            }

            ToolGatewayLog.ToolsLoaded(logger, _path, _loaded.Tools.Tools.Count);
            return _loaded.Tools;
        }
        catch (ToolFileException error)
        {
            ToolGatewayLog.ToolsRefused(logger, _path, Environment.NewLine + error.Message);
            return null;
        }
    }

    /// <summary>Closes all sources when their calls have ended.</summary>
    public Task CloseAsync() => Task.WhenAll(_loaded.Sources.Select(source => source.RetireAsync()));

    private FileText[] Read() => Directory.Exists(_path)
        ? [.. Directory.EnumerateFiles(_path).Where(IsYaml).Order(StringComparer.Ordinal).Select(ReadFile)]
        : [ReadFile(_path)];

    private static FileText ReadFile(string path) => new(path, File.ReadAllText(path));

    private static bool IsYaml(string path) => Path.GetExtension(path) is ".yaml" or ".yml";
}
