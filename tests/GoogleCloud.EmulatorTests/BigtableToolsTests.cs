using System.Text.Json.Nodes;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Bigtable;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class BigtableToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tables_are_listed_by_id()
    {
        await using var gateway = await StartAsync();
        var instance = EmulatedGateway.NewId("i");
        await CreateTableAsync(gateway, instance, "orders");
        await CreateTableAsync(gateway, instance, "customers");

        var (content, _) = await gateway.CallAsync("bigtable_list_tables", new { instance_id = instance }, Cancellation);

        Assert.Equal("""{"status":"SUCCESS","results":["customers","orders"]}""", content.ToJsonString());
    }

    [Fact]
    public async Task Rows_are_read_by_key_prefix_and_range()
    {
        await using var gateway = await StartAsync();
        var instance = EmulatedGateway.NewId("i");
        var table = await CreateTableAsync(gateway, instance, "orders");
        await WriteAsync(gateway, table, ["a#1", "a#2", "b#1", "c#1"]);

        Assert.Equal(["a#1", "a#2", "b#1", "c#1"], await KeysAsync(gateway, new { instance_id = instance, table_id = "orders" }));
        Assert.Equal(["a#1", "a#2"], await KeysAsync(gateway, new { instance_id = instance, table_id = "orders", row_key_prefix = "a#" }));
        Assert.Equal(["a#2", "b#1"], await KeysAsync(gateway, new { instance_id = instance, table_id = "orders", start_key = "a#2", end_key = "c" }));
        Assert.Equal(["a#1", "c#1"], await KeysAsync(gateway, new { instance_id = instance, table_id = "orders", row_keys = new[] { "c#1", "a#1", "none" } }));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, null)]
    public async Task The_flag_of_a_limited_read_is_set_only_when_there_are_more_rows(int limit, bool? truncated)
    {
        await using var gateway = await StartAsync();
        var instance = EmulatedGateway.NewId("i");
        var table = await CreateTableAsync(gateway, instance, "orders");
        await WriteAsync(gateway, table, ["1", "2", "3", "4"]);

        var (content, _) = await gateway.CallAsync(
            "bigtable_read_rows", new { instance_id = instance, table_id = "orders", max_rows = limit }, Cancellation);

        Assert.Equal(limit, content["rows"]!.AsArray().Count);
        Assert.Equal(truncated, (bool?)content["result_is_likely_truncated"]);
    }

    [Fact]
    public async Task Cells_are_text_where_they_are_text_and_base64_where_not()
    {
        await using var gateway = await StartAsync();
        var instance = EmulatedGateway.NewId("i");
        var table = await CreateTableAsync(gateway, instance, "orders");
        await gateway.Services.GetRequiredService<BigtableClient>().MutateRowAsync(
            table, ByteString.CopyFromUtf8("k"), [Set("text", ByteString.CopyFromUtf8("Grüße")), Set("count", ByteString.CopyFrom(0, 0, 0, 0, 0, 0, 0, 5))], Cancellation);

        var (content, _) = await gateway.CallAsync("bigtable_read_rows", new { instance_id = instance, table_id = "orders" }, Cancellation);

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                [{ "row_key": "k", "cells": [
                  { "family": "f", "qualifier": "count", "value": "AAAAAAAAAAU=", "value_encoding": "base64", "timestamp": "2026-01-02T00:00:00Z" },
                  { "family": "f", "qualifier": "text", "value": "Grüße", "timestamp": "2026-01-02T00:00:00Z" }] }]
                """),
            content["rows"]), content.ToJsonString());
    }

    [Fact]
    public async Task A_row_of_many_megabytes_is_whole()
    {
        await using var gateway = await StartAsync();
        var instance = EmulatedGateway.NewId("i");
        var table = await CreateTableAsync(gateway, instance, "orders");
        var client = gateway.Services.GetRequiredService<BigtableClient>();
        var value = ByteString.CopyFrom(new byte[3_000_000]);
        await client.MutateRowAsync(table, ByteString.CopyFromUtf8("k"), [Set("a", value), Set("b", value), Set("c", value)], Cancellation);

        var rows = await client.ReadRowsAsync(table, new RowSet(), filter: null, limit: 0, Cancellation).ToListAsync(Cancellation);

        Assert.All(Assert.Single(rows).Cells, cell => Assert.Equal(value.Length, cell.Value.Length));
    }

    [Fact]
    public async Task A_table_that_does_not_exist_is_an_answer()
    {
        await using var gateway = await StartAsync();

        var (content, isError) = await gateway.CallAsync(
            "bigtable_read_rows", new { instance_id = EmulatedGateway.NewId("i"), table_id = "absent" }, Cancellation);

        Assert.True(isError);
        Assert.Equal("BIGTABLE_NOT_FOUND", (string?)content["error_code"]);
        Assert.EndsWith("Fix: use a table that bigtable_list_tables answers.", (string?)content["error_details"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_ordered_by_their_bytes()
    {
        await using var gateway = await StartAsync();
        var instance = EmulatedGateway.NewId("i");
        await CreateTableAsync(gateway, instance, "keys");

        var (content, isError) = await gateway.CallAsync(
            "bigtable_read_rows", new { instance_id = instance, table_id = "keys", start_key = "\uFF21", end_key = "\U0001F600" }, Cancellation);

        Assert.False(isError, content.ToJsonString());
    }

    private static async Task<EmulatedGateway> StartAsync() =>
        new(BackingProduct.Bigtable.Variable, await BackingProduct.Bigtable.AddressOrSkipAsync(Cancellation));

    private static async Task<string> CreateTableAsync(EmulatedGateway gateway, string instance, string table)
    {
        var parent = $"projects/{EmulatedGateway.Project}/instances/{instance}";
        await gateway.Services.GetRequiredService<BigtableAdminClient>().CreateTableAsync(parent, table, ["f"], Cancellation);
        return $"{parent}/tables/{table}";
    }

    private static async Task WriteAsync(EmulatedGateway gateway, string table, string[] keys)
    {
        var statuses = await gateway.Services.GetRequiredService<BigtableClient>().MutateRowsAsync(
            table,
            keys.Select(key => new MutateRowsRequest.Types.Entry { RowKey = ByteString.CopyFromUtf8(key), Mutations = { Set("q", ByteString.CopyFromUtf8("v")) } }),
            Cancellation);
        Assert.All(statuses, status => Assert.Equal(0, status.Code));
    }

    private static Mutation Set(string qualifier, ByteString value) => new()
    {
        SetCell = new()
        {
            FamilyName = "f",
            ColumnQualifier = ByteString.CopyFromUtf8(qualifier),
            TimestampMicros = new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000,
            Value = value,
        },
    };

    private static async Task<IEnumerable<string?>> KeysAsync(EmulatedGateway gateway, object arguments)
    {
        var (content, isError) = await gateway.CallAsync("bigtable_read_rows", arguments, Cancellation);
        Assert.False(isError, content.ToJsonString());
        return content["rows"]!.AsArray().Select(row => (string?)row!["row_key"]);
    }
}
