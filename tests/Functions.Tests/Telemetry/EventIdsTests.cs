using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Telemetry;

/// <summary>The event ids of everything that both hosts log.</summary>
public sealed class EventIdsTests
{
    private static readonly IReadOnlyList<int> Ids =
    [
        .. new[] { typeof(RunTelemetry), typeof(UpgradedRuns), typeof(LocalDurableHost) }
            .SelectMany(type => type.Assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>().Order(),
    ];

    [Fact]
    public void Each_line_has_an_event_id_of_its_own() => Assert.Equal(Ids.Distinct(), Ids);

    [Fact]
    public async Task Documented_ranges_have_all_ids_and_end_where_ids_end()
    {
        var page = await File.ReadAllTextAsync(RepositoryFolder.Combine("docs/telemetry.md"));
        var ranges = Regex.Matches(page, @"^\| (\d{4})(?:(?:–|, )(\d{4}))? \|", RegexOptions.Multiline)
            .Select(row => (From: Number(row.Groups[1]), To: Number(row.Groups[2].Success ? row.Groups[2] : row.Groups[1]))).ToList();

        Assert.All(Ids, id => Assert.Single(ranges, range => id >= range.From && id <= range.To));
        Assert.All(ranges, range => Assert.Equal((true, true), (Ids.Contains(range.From), Ids.Contains(range.To))));

        static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);
    }
}
