namespace Runtime.ServiceDefaults.Errors;

/// <summary>Knows the failures of one library (a store, a wire client) and says them as a <see cref="ServiceException"/>.</summary>
public interface IExceptionTranslator
{
    /// <summary>Returns what the caller is told, or <see langword="null"/> when the failure is not one of this translator's.</summary>
    ServiceException? Translate(Exception error);
}
