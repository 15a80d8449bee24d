using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>What tools of a file act on: a database, an API. It connects when it is first used.</summary>
internal interface ISource : IAsyncDisposable
{
    /// <summary>Asks it something harmless.</summary>
    /// <exception cref="ServiceException">It does not answer; the message says why and what to check, without a secret.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A kind of thing that files declare. Registered in <see cref="KindRegistration"/>, the one place.</summary>
internal interface IDeclaredKind
{
    /// <summary>Gets the word that files name it by.</summary>
    string Name { get; }

    /// <summary>Gets the fields it takes, for the documentation to be complete.</summary>
    IReadOnlyList<string> Fields { get; }
}

/// <summary>A kind of source. Derive from <see cref="SourceKind{TSettings}"/>.</summary>
internal interface ISourceKind : IDeclaredKind
{
    /// <summary>Returns a source, without connecting it; null after adding a problem.</summary>
    ISource? Open(Declaration declaration);
}

/// <summary>A kind of auth service. Derive from <see cref="AuthServiceKind{TSettings}"/>.</summary>
internal interface IAuthServiceKind : IDeclaredKind
{
    /// <summary>Returns a service, without asking the issuer for anything; null after adding a problem.</summary>
    IAuthService? Create(Declaration declaration);
}

/// <summary>A kind of tool. Derive from <see cref="ToolKind{TSettings, TSource}"/>.</summary>
internal interface IToolKind : IDeclaredKind
{
    /// <summary>Returns a tool; null after adding a problem.</summary>
    ITool? Create(Declaration declaration, DeclaredScope scope);
}

/// <summary>Reads the settings of a kind of source.</summary>
/// <typeparam name="TSettings">One property a field; see <see cref="SettingsBinder"/>.</typeparam>
internal abstract class SourceKind<TSettings>(string name) : ISourceKind
    where TSettings : class
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Fields { get; } = SettingsBinder.FieldsOf(typeof(TSettings));

    public ISource? Open(Declaration declaration)
    {
        var before = declaration.Problems.Count;
        var settings = declaration.Settings<TSettings>();
        return declaration.Problems.Count == before ? Open(declaration, settings) : null;
    }

    protected abstract ISource? Open(Declaration declaration, TSettings settings);
}

/// <summary>Reads the settings of a kind of auth service.</summary>
/// <typeparam name="TSettings">One property a field; see <see cref="SettingsBinder"/>.</typeparam>
internal abstract class AuthServiceKind<TSettings>(string name) : IAuthServiceKind
    where TSettings : class
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Fields { get; } = SettingsBinder.FieldsOf(typeof(TSettings));

    public IAuthService? Create(Declaration declaration)
    {
        var before = declaration.Problems.Count;
        var settings = declaration.Settings<TSettings>();
        return declaration.Problems.Count == before ? Create(declaration, settings) : null;
    }

    protected abstract IAuthService? Create(Declaration declaration, TSettings settings);
}

/// <summary>Reads the settings of a kind of tool, and finds its source.</summary>
/// <typeparam name="TSettings">One property a field beside those of every tool.</typeparam>
/// <typeparam name="TSource">What its source must be.</typeparam>
internal abstract class ToolKind<TSettings, TSource>(string name) : IToolKind
    where TSettings : ToolSettings
    where TSource : class, ISource
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Fields { get; } = SettingsBinder.FieldsOf(typeof(TSettings));

    public ITool? Create(Declaration declaration, DeclaredScope scope)
    {
        var before = declaration.Problems.Count;
        var settings = declaration.Settings<TSettings>();
        var source = scope.SourceOf<TSource>(declaration, settings.Source);
        scope.Check(declaration, settings);
        // With a problem in its settings a tool is still made where it can be, so that the problems behind come to light as well.
        var tool = source is null ? null : Create(declaration, settings, source.Source, scope);
        return declaration.Problems.Count == before && tool is not null ? new SourcedTool(tool, source!) : null;
    }

    /// <summary>Returns a tool; null after adding a problem. Settings that have a problem have their defaults.</summary>
    protected abstract ITool? Create(Declaration declaration, TSettings settings, TSource source, DeclaredScope scope);
}
