using System.Runtime.CompilerServices;
using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using SpannerApi = Google.Cloud.Spanner.V1.Spanner;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>The pieces of one result, each exactly once, whatever becomes of the connection meanwhile.</summary>
/// <remarks>
/// Rules: PartialResultSet.resume_token in the Spanner RPC reference. Pieces wait here until one with a token comes, for only from there can
/// the stream be had again. Where the server sends none for long, pieces are handed on all the same, and a break until the next token is an error.
/// </remarks>
internal static class ResumableStream
{
    private const int FailuresInARow = 4;
    private const int MostBuffered = 32 * 1024 * 1024;

    /// <param name="request">Makes the request as it is to be sent now; the token is added here.</param>
    /// <param name="arrived">Sees each piece as soon as it came, before it is handed on, and again when it came again.</param>
    public static async IAsyncEnumerable<PartialResultSet> ReadAsync(
        GoogleConnection connection,
        Func<ExecuteSqlRequest> request,
        Action<PartialResultSet> arrived,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var token = ByteString.Empty;
        var waiting = new List<PartialResultSet>();
        var (size, resumable, failures) = (0, true, 0);
        while (true)
        {
            var wanted = request();
            wanted.ResumeToken = token;
            await using var pieces = connection.StreamAsync(
                CallPolicies.Query,
                ("session", wanted.Session),
                (channel, call) => new SpannerApi.SpannerClient(channel).ExecuteStreamingSql(wanted, call),
                cancellationToken).GetAsyncEnumerator(cancellationToken);

            var began = false;
            while (true)
            {
                bool more;
                try
                {
                    more = await pieces.MoveNextAsync();
                }
                catch (ServiceException error) when (began && resumable && StreamBreak.Is(error) && ++failures < FailuresInARow)
                {
                    // A stream that had not begun was repeated by the channel already.
                    connection.Restarted(error.Reason, failures + 1);
                    waiting.Clear();
                    size = 0;
                    break;
                }

                if (more)
                {
                    var piece = pieces.Current;
                    began = true;
                    arrived(piece);
                    waiting.Add(piece);
                    size += piece.CalculateSize();
                    if (!piece.ResumeToken.IsEmpty)
                    {
                        (token, resumable, failures) = (piece.ResumeToken, true, 0);
                    }
                    else if (resumable && size < MostBuffered)
                    {
                        continue;
                    }
                    else
                    {
                        resumable = false;
                    }
                }

                foreach (var piece in waiting)
                {
                    yield return piece;
                }

                if (!more)
                {
                    yield break;
                }

                waiting.Clear();
                size = 0;
            }
        }
    }
}
