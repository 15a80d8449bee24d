using Google.Cloud.Bigtable.V2;
using Google.Protobuf;

namespace Runtime.GoogleCloud.Bigtable;

/// <summary>Says which rows to read, and what is left of that after some were read.</summary>
public static class RowSelection
{
    /// <summary>Selects the rows whose key begins with <paramref name="prefix"/>.</summary>
    public static RowRange Prefix(ByteString prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);

        var range = new RowRange { StartKeyClosed = prefix };
        // The first key after all of them: the prefix without its trailing 0xFF bytes, its last byte one higher. All 0xFF has no such key.
        var end = prefix.ToByteArray().AsSpan().TrimEnd((byte)0xFF).ToArray();
        if (end.Length > 0)
        {
            end[^1]++;
            range.EndKeyOpen = ByteString.CopyFrom(end);
        }

        return range;
    }

    /// <summary>Returns what is left of a selection once <paramref name="lastKey"/> was read; null when nothing is.</summary>
    public static RowSet? After(RowSet rows, ByteString lastKey)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(lastKey);

        if (lastKey.IsEmpty)
        {
            return rows;
        }

        if (rows.RowKeys.Count is 0 && rows.RowRanges.Count is 0)
        {
            return new RowSet { RowRanges = { new RowRange { StartKeyOpen = lastKey } } };
        }

        var left = new RowSet();
        left.RowKeys.AddRange(rows.RowKeys.Where(key => RowMerger.Compare(key, lastKey) > 0));
        left.RowRanges.AddRange(rows.RowRanges.Where(range => EndsAfter(range, lastKey)).Select(range => StartAfter(range, lastKey)));
        // An empty set would mean the whole table.
        return left.RowKeys.Count is 0 && left.RowRanges.Count is 0 ? null : left;
    }

    private static bool EndsAfter(RowRange range, ByteString key) => range.EndKeyCase switch
    {
        RowRange.EndKeyOneofCase.EndKeyClosed => RowMerger.Compare(range.EndKeyClosed, key) > 0,
        RowRange.EndKeyOneofCase.EndKeyOpen => RowMerger.Compare(range.EndKeyOpen, key) > 0,
        _ => true,
    };

    private static RowRange StartAfter(RowRange range, ByteString key)
    {
        var start = range.StartKeyCase switch
        {
            RowRange.StartKeyOneofCase.StartKeyClosed => range.StartKeyClosed,
            RowRange.StartKeyOneofCase.StartKeyOpen => range.StartKeyOpen,
            _ => ByteString.Empty,
        };
        if (RowMerger.Compare(start, key) > 0)
        {
            return range;
        }

        var rest = range.Clone();
        rest.StartKeyOpen = key;
        return rest;
    }
}
