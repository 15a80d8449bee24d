using System.Globalization;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>The fields that every list has, on both transports.</summary>
internal readonly record struct ListRequest(int PageSize, string PageToken, string Filter, string OrderBy);

/// <summary>Reads filters and orders of lists.</summary>
internal static class ListRequests
{
    private const string SessionFilters = "comparisons user_id=\"…\", display_name=\"…\" and labels.<key>=\"…\", joined by AND";
    private const string EventFilters = "comparisons of timestamp by =, <, <=, > and >= with a time as \"2026-01-31T11:30:00Z\", joined by AND";

    public static SessionFilter SessionFilter(string filter)
    {
        var result = new SessionFilter();
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, comparison, value) in ListFilter.Parse(filter, SessionFilters))
        {
            var again = field switch
            {
                "user_id" or "userId" => result.User,
                "display_name" or "displayName" => result.DisplayName,
                _ when field.StartsWith("labels.", StringComparison.Ordinal) => labels.GetValueOrDefault(field["labels.".Length..]),
                _ => throw new InvalidArgumentException("filter", filter, SessionFilters),
            };
            if (comparison != "=" || (again is not null && again != value))
            {
                throw new InvalidArgumentException("filter", filter, $"{SessionFilters}, each field once");
            }

            switch (field)
            {
                case "user_id" or "userId":
                    result = result with { User = value };
                    break;
                case "display_name" or "displayName":
                    result = result with { DisplayName = value };
                    break;
                default:
                    labels[field["labels.".Length..]] = value;
                    break;
            }
        }

        return result with { Labels = SessionLabels.Parse(labels, "filter.labels") };
    }

    public static SessionOrder SessionOrder(string orderBy) => Words(orderBy) switch
    {
        // The newest first; sessions that come while pages are read go before the first page, and move nothing.
        [] or ["create_time" or "createTime", "desc"] => Storage.SessionOrder.CreateTimeDescending,
        ["create_time" or "createTime"] or ["create_time" or "createTime", "asc"] => Storage.SessionOrder.CreateTimeAscending,
        ["update_time" or "updateTime", "desc"] => Storage.SessionOrder.UpdateTimeDescending,
        ["update_time" or "updateTime"] or ["update_time" or "updateTime", "asc"] => Storage.SessionOrder.UpdateTimeAscending,
        _ => throw new InvalidArgumentException("order_by", orderBy, "create_time or update_time, each alone or followed by desc"),
    };

    public static bool EventsDescending(string orderBy) => Words(orderBy) switch
    {
        [] or ["timestamp"] or ["timestamp", "asc"] => false,
        ["timestamp", "desc"] => true,
        _ => throw new InvalidArgumentException("order_by", orderBy, "timestamp, alone or followed by desc"),
    };

    /// <summary>The limits of time: at or after the first, before the second.</summary>
    public static (DateTimeOffset? From, DateTimeOffset? Until) EventTimes(string filter)
    {
        DateTimeOffset? from = null;
        DateTimeOffset? until = null;
        foreach (var (field, comparison, value) in ListFilter.Parse(filter, EventFilters))
        {
            if (field != "timestamp" || comparison == "!="
                || !DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            {
                throw new InvalidArgumentException("filter", filter, EventFilters);
            }

            // Events have whole microseconds.
            var next = time.AddTicks(TimeSpan.TicksPerMicrosecond - (time.Ticks % TimeSpan.TicksPerMicrosecond));
            if (comparison is "=" or ">" or ">=")
            {
                var least = comparison == ">" ? next : time;
                from = from > least ? from : least;
            }

            if (comparison is "=" or "<" or "<=")
            {
                var end = comparison == "<" ? time : next;
                until = until < end ? until : end;
            }
        }

        return (from, until);
    }

    public static int PageSize(int asked, int unset, int most) => asked switch
    {
        < 0 => throw new InvalidArgumentException("page_size", asked.ToString(CultureInfo.InvariantCulture), "0 or more; 0 takes the default"),
        0 => Math.Min(unset, most),
        _ => Math.Min(asked, most),
    };

    private static string[] Words(string orderBy) => orderBy.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
