using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Runtime.GoogleCloud.Bigtable.Sql;
using Runtime.ServiceDefaults.Errors;
using static Runtime.GoogleCloud.Tests.FakeUpstream;
using Value = Google.Cloud.Bigtable.V2.Value;

namespace Runtime.GoogleCloud.Tests;

public sealed class BigtableSqlTests
{
    private const string Instance = "projects/p/instances/i";

    private static readonly RpcException _broken = Error(StatusCode.Unavailable, "gone");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_query_is_prepared_with_its_types_and_run_with_its_values()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([Schema("a"), Piece(["1"], token: "t")]);

        var rows = await ReadAsync(bigtable, new("SELECT @p, @n", [new("p", "x"), new("n", BigtableValue.Null(BigtableTypes.Int64))]));

        Assert.Equal(["1"], rows);
        var prepare = Assert.Single(bigtable.Asked<PrepareQueryRequest>());
        Assert.Equal((Instance, "SELECT @p, @n", BigtableTypes.String), (prepare.InstanceName, prepare.Query, prepare.ParamTypes["p"]));
        Assert.NotNull(prepare.ProtoFormat);
        var execute = Assert.Single(bigtable.Asked<ExecuteQueryRequest>());
        Assert.Equal("plan", execute.PreparedQuery.ToStringUtf8());
        Assert.Equal(new Value { Type = BigtableTypes.String, StringValue = "x" }, execute.Params["p"]);
        Assert.Equal(new Value { Type = BigtableTypes.Int64 }, execute.Params["n"]);
    }

    [Fact]
    public async Task A_statement_that_is_run_again_is_not_prepared_again()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([Schema("a")]).Answer([Schema("a")]);
        using var client = bigtable.SqlClient();
        BigtableStatement Statement(string value) => new("SELECT @p", [new("p", value)]);

        await client.QueryAsync(Instance, Statement("x"), Cancellation).CountAsync(Cancellation);
        await client.QueryAsync(Instance, Statement("y"), Cancellation).CountAsync(Cancellation);

        Assert.Single(bigtable.Asked<PrepareQueryRequest>());
        Assert.Equal(["x", "y"], bigtable.Asked<ExecuteQueryRequest>().Select(request => request.Params["p"].StringValue));
    }

    [Fact]
    public async Task A_batch_may_come_in_pieces_and_several_before_one_token()
    {
        var data = Batch(["1", "2"]);
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([
            Schema("a"),
            Part(data[..3]),
            Part(data[3..], Crc32C.Of(data)),
            Piece(["3"]),
            Result(new() { ResumeToken = ByteString.CopyFromUtf8("t") }),
        ]);

        Assert.Equal(["1", "2", "3"], await ReadAsync(bigtable));
    }

    [Fact]
    public async Task Rows_of_several_columns_keep_their_places_and_know_their_types()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([Schema("a", "b"), Piece(["1", "2", "3", "4"], token: "t")]);
        using var client = bigtable.SqlClient();

        var rows = await client.QueryAsync(Instance, new("SELECT a, b"), Cancellation).ToListAsync(Cancellation);

        Assert.Equal([["1", "2"], ["3", "4"]], rows.Select(row => row.Values.Select(value => value.StringValue)));
        Assert.Equal(["a", "b"], rows[1].Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task What_comes_before_a_reset_is_void()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([
            Schema("a"), Piece(["1"], token: "t"), Piece(["void"]), Part(Batch(["void"])[..2]), Piece(["2"], token: "u", reset: true),
        ]);

        Assert.Equal(["1", "2"], await ReadAsync(bigtable));
    }

    [Fact]
    public async Task A_stream_that_breaks_goes_on_behind_the_last_token_without_losing_or_doubling_a_row()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")])
            .Answer([Schema("a"), Piece(["1"], token: "t"), Piece(["2"]), Part(Batch(["3"])[..2])], _broken)
            .Answer([Piece(["2", "3"], token: "u")], Reset())
            .Answer([Piece(["4"], token: "v")]);

        Assert.Equal(["1", "2", "3", "4"], await ReadAsync(bigtable));

        Assert.Equal(["", "t", "u"], bigtable.Asked<ExecuteQueryRequest>().Select(request => request.ResumeToken.ToStringUtf8()));
        Assert.Single(bigtable.Asked<PrepareQueryRequest>());
    }

    [Fact]
    public async Task A_stream_that_keeps_breaking_without_getting_on_is_given_up()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]);
        for (var i = 0; i < 10; i++)
        {
            bigtable.Answer([Schema("a"), Piece(["1"])], _broken);
        }

        await Assert.ThrowsAsync<UnavailableException>(() => ReadAsync(bigtable));

        Assert.Equal(4, bigtable.Asked<ExecuteQueryRequest>().Length);
    }

    [Fact]
    public async Task A_plan_that_expired_is_made_anew()
    {
        var bigtable = new FakeBigtable()
            .Answer([Prepared("old")]).Answer([], Expired())
            .Answer([Prepared("new", "a", "b")]).Answer([Schema("a", "b"), Piece(["1", "2"], token: "t")]);

        Assert.Equal(["1"], await ReadAsync(bigtable));

        Assert.Equal(["old", "new"], bigtable.Asked<ExecuteQueryRequest>().Select(request => request.PreparedQuery.ToStringUtf8()));
    }

    [Fact]
    public async Task A_plan_that_expires_behind_a_token_is_an_error_because_the_token_belongs_to_it()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([Schema("a"), Piece(["1"], token: "t")], Expired());

        var error = await Assert.ThrowsAnyAsync<ServiceException>(() => ReadAsync(bigtable));

        Assert.Equal("BIGTABLE_REFUSED", error.Reason);
    }

    [Fact]
    public async Task A_batch_with_a_wrong_checksum_is_refused()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([Schema("a"), Part(Batch(["1"]), checksum: 1)]);

        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(bigtable));
    }

    [Fact]
    public async Task A_result_that_ends_without_its_last_token_is_refused()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([Schema("a"), Piece(["1"])]);

        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(bigtable));
    }

    [Fact]
    public async Task A_batch_that_ends_inside_a_row_is_refused()
    {
        var bigtable = new FakeBigtable().Answer([Prepared("plan", "a", "b")]).Answer([Schema("a", "b"), Piece(["1", "2", "3"], token: "t")]);

        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(bigtable));
    }

    [Fact]
    public async Task A_query_that_is_cancelled_inside_its_result_ends_as_cancelled()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var bigtable = new FakeBigtable().Answer([Prepared("plan")]).Answer([Schema("a"), Piece(["1"], token: "t"), Piece(["2"], token: "u")]);
        using var client = bigtable.SqlClient();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var row in client.QueryAsync(Instance, new("SELECT a"), cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }

    [Fact]
    public async Task An_emulator_without_SQL_says_so()
    {
        var bigtable = new FakeBigtable().Answer([], Error(StatusCode.Unimplemented, "unknown method PrepareQuery"));

        var error = await Assert.ThrowsAsync<NotConfiguredException>(() => ReadAsync(bigtable));

        Assert.Equal(("BIGTABLE_EMULATOR_NO_SQL", "Bigtable", "unset BIGTABLE_EMULATOR_HOST"), (error.Reason, error.Integration, error.Fix));
    }

    [Fact]
    public void Parameters_of_every_type_say_it()
    {
        (BigtableValue Value, string Json)[] values =
        [
            (true, """{"boolValue":true}"""), (long.MinValue, """{"intValue":"-9223372036854775808"}"""), (0.5, """{"floatValue":0.5}"""),
            (0.5f, """{"floatValue":0.5}"""), ("ß", """{"stringValue":"ß"}"""), (new byte[] { 0, 255 }, """{"bytesValue":"AP8="}"""),
            (new DateOnly(2026, 2, 28), """{"dateValue":{"year":2026,"month":2,"day":28}}"""),
            (DateTimeOffset.UnixEpoch, """{"timestampValue":"1970-01-01T00:00:00Z"}"""),
            (BigtableValue.Array(BigtableTypes.Int64, [1L, (long?)null]), """{"arrayValue":{"values":[{"intValue":"1"},{}]}}"""),
        ];

        Assert.All(values, pair => Assert.Equal(Value.Parser.ParseJson(pair.Json), pair.Value.Value));
        Assert.Equal(BigtableTypes.Float32, values[3].Value.Type);
        Assert.Equal(BigtableTypes.ArrayOf(BigtableTypes.Int64), values[8].Value.Type);
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    public void The_checksum_is_the_published_one(string text, uint checksum) => Assert.Equal(checksum, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    private static async Task<List<string>> ReadAsync(FakeBigtable bigtable, BigtableStatement? statement = null)
    {
        using var client = bigtable.SqlClient();
        return await client.QueryAsync(Instance, statement ?? new("SELECT a"), Cancellation).Select(row => row.Values[0].StringValue).ToListAsync(Cancellation);
    }

    private static PrepareQueryResponse Prepared(string plan, params string[] columns) => new()
    {
        PreparedQuery = ByteString.CopyFromUtf8(plan),
        Metadata = Schema(columns.Length is 0 ? ["a"] : columns).Metadata,
        ValidUntil = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddHours(1)),
    };

    private static ExecuteQueryResponse Schema(params string[] columns) => new()
    {
        Metadata = new() { ProtoSchema = new() { Columns = { columns.Select(name => new ColumnMetadata { Name = name, Type = BigtableTypes.String }) } } },
    };

    private static ExecuteQueryResponse Piece(string[] values, string token = "", bool reset = false)
    {
        var data = Batch(values);
        return Result(new()
        {
            ProtoRowsBatch = new() { BatchData = ByteString.CopyFrom(data) },
            BatchChecksum = Crc32C.Of(data),
            ResumeToken = ByteString.CopyFromUtf8(token),
            Reset = reset,
        });
    }

    private static ExecuteQueryResponse Part(byte[] data, uint? checksum = null)
    {
        var piece = new PartialResultSet { ProtoRowsBatch = new() { BatchData = ByteString.CopyFrom(data) } };
        if (checksum is { } known)
        {
            piece.BatchChecksum = known;
        }

        return Result(piece);
    }

    private static ExecuteQueryResponse Result(PartialResultSet piece) => new() { Results = piece };

    private static byte[] Batch(string[] values) => new ProtoRows { Values = { values.Select(value => new Value { StringValue = value }) } }.ToByteArray();

    private static RpcException Expired() => new Google.Rpc.Status
    {
        Code = (int)StatusCode.FailedPrecondition,
        Message = "The prepared query has expired.",
        Details = { Any.Pack(new PreconditionFailure { Violations = { new PreconditionFailure.Types.Violation { Type = "PREPARED_QUERY_EXPIRED" } } }) },
    }.ToRpcException();
}
