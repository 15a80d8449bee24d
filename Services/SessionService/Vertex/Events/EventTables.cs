using Google.Cloud.AIPlatform.V1Beta1;

namespace Runtime.SessionService.Vertex;

/// <summary>The fields of a session event on the wire, and where an ADK event has them.</summary>
internal static class EventTables
{
    /// <summary>The event's own fields.</summary>
    public static readonly MessageFields Event = new(SessionEvent.Descriptor);

    public static readonly MessageField Name = Event[SessionEvent.NameFieldNumber]!;
    public static readonly MessageField Author = Event[SessionEvent.AuthorFieldNumber]!;
    public static readonly MessageField Content = Event[SessionEvent.ContentFieldNumber]!;
    public static readonly MessageField InvocationId = Event[SessionEvent.InvocationIdFieldNumber]!;
    public static readonly MessageField Actions = Event[SessionEvent.ActionsFieldNumber]!;
    public static readonly MessageField Timestamp = Event[SessionEvent.TimestampFieldNumber]!;
    public static readonly MessageField ErrorCode = Event[SessionEvent.ErrorCodeFieldNumber]!;
    public static readonly MessageField ErrorMessage = Event[SessionEvent.ErrorMessageFieldNumber]!;
    public static readonly MessageField Metadata = Event[SessionEvent.EventMetadataFieldNumber]!;
    public static readonly MessageField RawEvent = Event[SessionEvent.RawEventFieldNumber]!;

    /// <summary>The metadata's custom part.</summary>
    public static readonly MessageField CustomMetadata = Metadata.Message![EventMetadata.CustomMetadataFieldNumber]!;

    /// <summary>The fields that an ADK event has at its top, in the order in which the wire gets them; metadata last.</summary>
    public static readonly MessageField[] InAdkEvent =
        [Content, Actions, ErrorCode, ErrorMessage, .. Enumerable.Range(1, EventMetadata.OutputTranscriptionFieldNumber)
            .Select(number => Metadata.Message![number]).OfType<MessageField>()];

    /// <summary>How many of <see cref="InAdkEvent"/> are the event's own; the others are its metadata's.</summary>
    public const int OwnFields = 4;
}
