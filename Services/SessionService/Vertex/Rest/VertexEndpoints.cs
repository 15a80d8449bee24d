using Microsoft.Extensions.Options;

namespace Runtime.SessionService.Vertex.Rest;

/// <summary>The Vertex AI Sessions API over REST, both versions. Each method parses, calls <see cref="VertexSessions"/> and says its answer.</summary>
internal sealed class VertexEndpoints(VertexSessions sessions, SessionOperations operations, IOptions<SessionOptions> options, TimeProvider time)
{
    private readonly SessionOptions _limits = options.Value;

    public async Task CreateSession(VertexCall call)
    {
        using var body = await call.BodyAsync("session", EventLimits.MaxRequestBytes(_limits));
        var input = RestJson.ReadSession(body.RootElement);
        var session = await sessions.CreateAsync(call.Engine, call.Query("sessionId", "session_id"), input, call.Cancellation);
        var operation = operations.Done(OperationKind.Create, call.Version, new(call.Engine, session.Key.Id));
        await call.AnswerAsync(writer => RestJson.Write(writer, operation, session));
    }

    public async Task GetSession(VertexCall call)
    {
        var session = await sessions.GetAsync(call.Session, call.Cancellation);
        await call.AnswerAsync(writer => RestJson.Write(writer, session, call.Engine));
    }

    public async Task ListSessions(VertexCall call)
    {
        var (page, next) = await sessions.ListAsync(call.Engine, call.List, call.Cancellation);
        await call.AnswerAsync(writer =>
        {
            writer.WriteStartObject();
            if (page.Count > 0)
            {
                writer.WriteStartArray("sessions");
                foreach (var session in page)
                {
                    RestJson.Write(writer, session, call.Engine);
                }

                writer.WriteEndArray();
            }

            WriteNext(writer, next);
            writer.WriteEndObject();
        });
    }

    public async Task UpdateSession(VertexCall call)
    {
        using var body = await call.BodyAsync("session", EventLimits.MaxRequestBytes(_limits));
        var paths = call.Query("updateMask", "update_mask").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var session = await sessions.UpdateAsync(call.Session, RestJson.ReadSession(body.RootElement), paths, call.Cancellation);
        await call.AnswerAsync(writer => RestJson.Write(writer, session, call.Engine));
    }

    public async Task DeleteSession(VertexCall call)
    {
        await sessions.DeleteAsync(call.Session, call.Cancellation);
        var operation = operations.Done(OperationKind.Delete, call.Version, call.Session);
        await call.AnswerAsync(writer => RestJson.Write(writer, operation, session: null));
    }

    public async Task ListEvents(VertexCall call)
    {
        var (page, next) = await sessions.ListEventsAsync(call.Session, call.List, call.Cancellation);
        var name = call.Session.ToString();
        await call.AnswerAsync(writer =>
        {
            writer.WriteStartObject();
            if (page.Count > 0)
            {
                writer.WriteStartArray("sessionEvents");
                foreach (var stored in page)
                {
                    VertexEvents.WriteJson(writer, stored, name);
                }

                writer.WriteEndArray();
            }

            WriteNext(writer, next);
            writer.WriteEndObject();
        });
    }

    public async Task AppendEvent(VertexCall call)
    {
        using var body = await call.BodyAsync("event", EventLimits.MaxRequestBytes(_limits));
        var now = time.GetUtcNow();
        await sessions.AppendAsync(
            call.Session, id => VertexEvents.FromJson(body.RootElement, id, sessions.SessionScopeOnly, now), call.Cancellation);
        await AnswerEmpty(call);
    }

    public async Task GetOperation(VertexCall call)
    {
        var (operation, session) = await operations.GetAsync(OperationName(call), call.Cancellation);
        await call.AnswerAsync(writer => RestJson.Write(writer, operation, session));
    }

    /// <summary>Deletes or cancels: nobody keeps a done operation, so there is nothing to give up, and nothing to stop.</summary>
    public Task ForgetOperation(VertexCall call)
    {
        operations.Find(OperationName(call));
        return AnswerEmpty(call);
    }

    public static Task ListOperations(VertexCall call) => throw Wire.OperationsGrpcService.NotListed();

    private static string OperationName(VertexCall call) => $"operations/{call.Context.Request.RouteValues["operation"]}";

    private static Task AnswerEmpty(VertexCall call) => call.AnswerAsync(static writer =>
    {
        writer.WriteStartObject();
        writer.WriteEndObject();
    });

    private static void WriteNext(System.Text.Json.Utf8JsonWriter writer, string next)
    {
        if (next.Length > 0)
        {
            writer.WriteString("nextPageToken", next);
        }
    }
}
