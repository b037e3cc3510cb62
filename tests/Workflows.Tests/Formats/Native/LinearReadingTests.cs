using System.Text;
using Orchestrator.Testing;
using Orchestrator.Workflows.Formats;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Reading and checking take linear time, whichever part of a definition is large.</summary>
public sealed class LinearReadingTests(ITestOutputHelper output)
{
    private const int Small = 2_500;
    private const int Large = 4 * Small;

    /// <summary>
    /// Linear time has the ratio 4, quadratic time 16. The best of several readings counts, because other processes share the processors.
    /// </summary>
    private const double MostRatio = 9;
    private const int Rounds = 30;

    /// <summary>Shorter times pass whatever the ratio: just-in-time compilation and garbage collection distort them.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan Hopeless = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Names => [.. LargeDefinitions.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Definition_that_is_four_times_as_large_takes_about_four_times_as_long(string name)
    {
        var (small, large) = (Bytes(name, Small), Bytes(name, Large));
        var (least, most) = (Measure(small), Measure(large));
        for (var round = 1; round < Rounds && most > Soon && most < Hopeless && most > MostRatio * least; round++)
        {
            least = Shorter(least, Measure(small));
            most = Shorter(most, Measure(large));
        }

        output.WriteLine(
            FormattableString.Invariant($"{name}: {large.Length} bytes, {least.TotalMilliseconds:F0} ms and {most.TotalMilliseconds:F0} ms"));
        Assert.True(
            most <= Soon || most <= MostRatio * least,
            $"{name}: {Small} took {least.TotalMilliseconds} ms, {Large} took {most.TotalMilliseconds} ms.");
    }

    private static byte[] Bytes(string name, int count) => Encoding.UTF8.GetBytes(LargeDefinitions.All[name](count));

    private static TimeSpan Measure(byte[] text) => CpuTime.Of(() => WorkflowReader.Read(text));

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
