using System.Text.Json.Nodes;
using Google.Cloud.Bigtable.V2;
using Google.Rpc;
using Grpc.Core;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

/// <summary>Tools of a file on Bigtable. What they answer is what MCP Toolbox answers, value for value.</summary>
public sealed class BigtableKindsTests
{
    private const string Tools = """
        sources:
          bt: { kind: bigtable, project: p, instance: inst }
        tools:
          all:
            kind: bigtable-sql
            source: bt
            description: d
            statement: SELECT * FROM people
          few:
            kind: bigtable-sql
            source: bt
            description: d
            statement: SELECT * FROM people
            maxRows: 1
          echo:
            kind: bigtable-sql
            source: bt
            description: d
            statement: SELECT @a, @b, @c, @d, @e, @f
            parameters:
              - { name: a, type: string, description: d }
              - { name: b, type: integer, description: d }
              - { name: c, type: float, description: d }
              - { name: d, type: boolean, description: d }
              - { name: e, type: array, description: d, items: { name: item, type: string, description: d } }
              - { name: f, type: string, description: d, required: false }
          wrong:
            kind: bigtable-sql
            source: bt
            description: d
            statement: SELECT * FROM wrong
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_of_every_type_are_written_as_MCP_Toolbox_writes_them()
    {
        var schema = ProtoSchema.Parser.ParseJson("""
            { "columns": [
              { "name": "_key", "type": { "bytesType": {} } }, { "name": "t", "type": { "stringType": {} } }, { "name": "i", "type": { "int64Type": {} } },
              { "name": "f", "type": { "float64Type": {} } }, { "name": "s", "type": { "float32Type": {} } }, { "name": "nan", "type": { "float64Type": {} } },
              { "name": "b", "type": { "boolType": {} } }, { "name": "moment", "type": { "timestampType": {} } }, { "name": "d", "type": { "dateType": {} } },
              { "name": "list", "type": { "arrayType": { "elementType": { "int64Type": {} } } } },
              { "name": "family", "type": { "mapType": { "keyType": { "bytesType": {} }, "valueType": { "bytesType": {} } } } },
              { "name": "counts", "type": { "mapType": { "keyType": { "stringType": {} }, "valueType": { "int64Type": {} } } } },
              { "name": "pair", "type": { "structType": { "fields": [ { "fieldName": "x", "type": { "int64Type": {} } }, { "fieldName": "y", "type": { "stringType": {} } } ] } } },
              { "name": "none", "type": { "mapType": { "keyType": { "bytesType": {} }, "valueType": { "bytesType": {} } } } } ] }
            """);
        var row = ProtoRows.Parser.ParseJson("""
            { "values": [
              { "bytesValue": "azE=" }, { "stringValue": "ß" }, { "intValue": "9223372036854775807" }, { "floatValue": 0.1 }, { "floatValue": 0.10000000149011612 },
              { "floatValue": "NaN" }, { "boolValue": true }, { "timestampValue": "2026-01-02T03:04:05.123Z" }, { "dateValue": { "year": 2026, "month": 2, "day": 28 } },
              { "arrayValue": { "values": [ { "intValue": "1" }, {} ] } },
              { "arrayValue": { "values": [ { "arrayValue": { "values": [ { "bytesValue": "cTE=" }, { "bytesValue": "djE=" } ] } } ] } },
              { "arrayValue": { "values": [ { "arrayValue": { "values": [ { "stringValue": "n" }, { "intValue": "5" } ] } } ] } },
              { "arrayValue": { "values": [ { "intValue": "1" }, { "stringValue": "y" } ] } },
              {} ] }
            """);
        await using var bigtable = await BigtableWithSql.StartAsync(schema, [.. row.Values]);
        await using var gateway = new EmulatedGateway(BackingProduct.Bigtable.Variable, bigtable.Address, Tools);

        var (content, isError) = await gateway.CallAsync("all", new { }, Cancellation);

        Assert.False(isError, content.ToJsonString());
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                [{ "_key": "azE=", "t": "ß", "i": 9223372036854775807, "f": 0.1, "s": 0.1, "nan": "NaN", "b": true, "moment": "2026-01-02T03:04:05.123Z", "d": "2026-02-28",
                   "list": [1, null], "family": { "cTE=": "djE=" }, "counts": { "n": 5 }, "pair": { "x": 1, "y": "y" }, "none": null }]
                """),
            content["rows"]), content.ToJsonString());
    }

    [Fact]
    public async Task Parameters_of_every_type_are_bound_by_their_names()
    {
        await using var bigtable = await BigtableWithSql.StartAsync(new ProtoSchema());
        await using var gateway = new EmulatedGateway(BackingProduct.Bigtable.Variable, bigtable.Address, Tools);

        var (content, _) = await gateway.CallAsync("echo", new { a = "ß", b = long.MinValue, c = 1, d = false, e = new[] { "x", "y" } }, Cancellation);

        Assert.Equal("""{"rows":[{"a":"ß","b":-9223372036854775808,"c":1,"d":false,"e":["x","y"],"f":null}]}""", content.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task A_query_that_is_wrong_is_told_to_the_model_and_more_rows_than_wanted_are_left_out()
    {
        var schema = ProtoSchema.Parser.ParseJson("""{ "columns": [ { "name": "n", "type": { "int64Type": {} } } ] }""");
        await using var bigtable = await BigtableWithSql.StartAsync(schema, new Value { IntValue = 1 }, new Value { IntValue = 2 });
        await using var gateway = new EmulatedGateway(BackingProduct.Bigtable.Variable, bigtable.Address, Tools);

        var (wrong, isError) = await gateway.CallAsync("wrong", new { }, Cancellation);
        var (few, _) = await gateway.CallAsync("few", new { }, Cancellation);

        Assert.Equal((true, "SQL_ERROR", "Table not found: wrong."), (isError, (string?)wrong["error_code"], (string?)wrong["error_details"]));
        Assert.Equal("""{"rows":[{"n":1}],"truncated":true}""", few.ToJsonString());
    }

    [Fact]
    public async Task The_emulator_says_that_it_has_no_SQL()
    {
        await using var gateway = new EmulatedGateway(
            BackingProduct.Bigtable.Variable, await BackingProduct.Bigtable.AddressOrSkipAsync(Cancellation), Tools);

        var error = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync("all", new { }, Cancellation));

        var status = error.GetRpcStatus()!;
        Assert.Equal((StatusCode.FailedPrecondition, "BIGTABLE_EMULATOR_NO_SQL"), (error.StatusCode, status.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal("unset BIGTABLE_EMULATOR_HOST", Assert.Single(status.GetDetail<Help>()!.Links).Description);
    }
}
