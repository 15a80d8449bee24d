namespace Runtime.SessionService.Tests.Vertex;

/// <summary>Events of every kind, as the structured fields of a request in proto3 JSON, and as ADK's programs have them.</summary>
internal static class VertexEventExamples
{
    /// <summary>The fields besides author, invocation id and time; and what a raw event has of the same event.</summary>
    public static IReadOnlyDictionary<string, (string Fields, string Adk)> Kinds { get; } = new Dictionary<string, (string Fields, string Adk)>
    {
        ["text"] = Both(""" "content":{"role":"user","parts":[{"text":"Grüße\n😀"},{"text":"thought","thought":true,"thoughtSignature":"AQID/+8="}]} """),
        ["function call"] = Both("""
            "content":{"role":"model","parts":[{"functionCall":{"id":"c1","name":"find","args":{"snake_key":1,"camelKey":[null,true,{"a":1.5}]}}}]}
            """),
        ["function response"] = Both("""
            "content":{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"find","response":{"some_rows":[],"n":0},
            "parts":[{"inlineData":{"mimeType":"image/png","data":"AAEC","displayName":"a.png"}},{"fileData":{"mimeType":"a/b","fileUri":"gs://b/o"}}]}}]}
            """),
        ["long-running call"] = Both("""
            "content":{"role":"model","parts":[{"functionCall":{"id":"c2","name":"wait"}}]}
            """, metadata: """ "longRunningToolIds":["c2"] """),
        ["inline and file data"] = Both("""
            "content":{"parts":[{"inlineData":{"mimeType":"audio/pcm","data":"+/8="}},{"fileData":{"fileUri":"gs://b/v.mp4","mimeType":"video/mp4"},
            "videoMetadata":{"startOffset":"1s","endOffset":"3.500s","fps":0.5}}]}
            """),
        ["code"] = Both("""
            "content":{"parts":[{"executableCode":{"language":"PYTHON","code":"print(1)"}},{"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1\n"}}]}
            """),
        ["grounding"] = Both(""" "content":{"parts":[{"text":"x"}]} """, metadata: """
            "groundingMetadata":{"webSearchQueries":["q"],"retrievalQueries":["r"],"searchEntryPoint":{"renderedContent":"<b>","sdkBlob":"AQ=="},
            "groundingChunks":[{"web":{"uri":"https://a","title":""}},{"retrievedContext":{"uri":"u","ragChunk":{"text":"t","pageSpan":{"firstPage":1}}}},
            {"maps":{"placeId":"p","placeAnswerSources":{"reviewSnippets":[{"reviewId":"1"}]},"route":{"distanceMeters":9,"duration":"60s"}}}],
            "groundingSupports":[{"segment":{"partIndex":1,"endIndex":7,"text":"x"},"groundingChunkIndices":[0,2],"confidenceScores":[0.9,0]}],
            "retrievalMetadata":{"googleSearchDynamicRetrievalScore":0.25},"googleMapsWidgetContextToken":"w",
            "sourceFlaggingUris":[{"sourceId":"s","flagContentUri":"f"}]}
            """),
        ["state and artifacts"] = Both("""
            "actions":{"stateDelta":{"app:k":1,"user:k":null,"own":{"deep_key":[1]}},"artifactDelta":{"a.png":0,"b":2},"escalate":true,
            "skipSummarization":true,"requestedAuthConfigs":{"c1":{"authScheme":{"type":"oauth2"}}}}
            """),
        ["transfer"] = ("""{"actions":{"transferAgent":"helper"}}""", """{"actions":{"transferToAgent":"helper"}}"""),
        ["transcription"] = Both("", metadata: """
            "inputTranscription":{"text":"hi","finished":true},"outputTranscription":{"text":"ho"},"turnComplete":true,"interrupted":true,"branch":"a.b"
            """),
        ["error"] = Both(""" "errorCode":"SAFETY","errorMessage":"blocked" """),
        ["custom metadata"] = Both("", metadata: """ "customMetadata":{"my_key":{"camelKey":1},"n":null} """),
        ["nothing"] = Both(""),
    };

    private static (string Fields, string Adk) Both(string own, string metadata = "") =>
        (Joined(own, metadata.Length > 0 ? "\"eventMetadata\":{" + metadata + "}" : ""), Joined(own, metadata));

    private static string Joined(params string[] members) => "{" + string.Join(',', members.Where(text => text.Length > 0)) + "}";
}
