using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Runtime.ServiceDefaults.Errors;

/// <summary>Answers a failing HTTP request with problem JSON (RFC 9457).</summary>
public sealed class ProblemExceptionHandler(ErrorTranslation translation, IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);

        // Kestrel's own refusals (a body past the limit, a malformed request) carry their status; they are the caller's to correct.
        if (exception is BadHttpRequestException bad)
        {
            httpContext.Response.StatusCode = bad.StatusCode;
            return await WriteAsync(new ProblemDetails { Status = bad.StatusCode, Title = "BAD_REQUEST", Detail = bad.Message });
        }

        var error = translation.Explain(exception);
        var status = ErrorMapping.ToHttpStatus(error.Status);
        httpContext.Response.StatusCode = status;
        if (error is UnavailableException unavailable)
        {
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(unavailable.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        var problem = new ProblemDetails { Status = status, Title = error.Reason, Detail = error.Message };
        if (error.Integration is { } integration)
        {
            problem.Extensions["integration"] = integration;
        }

        if (error.Fix is { } fix)
        {
            problem.Extensions["fix"] = fix;
            problem.Extensions["docs"] = error.Docs;
        }

        return await WriteAsync(problem);

        ValueTask<bool> WriteAsync(ProblemDetails details) =>
            problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = details, Exception = exception });
    }
}
