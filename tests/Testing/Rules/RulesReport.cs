using System.Globalization;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Testing.Rules;

/// <summary>Adds up the results of a campaign's cases.</summary>
public sealed class RulesReport
{
    private readonly SortedDictionary<string, int> _seen = new(StringComparer.Ordinal);

    /// <summary>Cases that were tried, those that validation refused included.</summary>
    public int Cases { get; private set; }

    /// <summary>Cases that validation refused, for the reason that the generator gave.</summary>
    public int Refused { get; private set; }

    /// <summary>Facts that the schedulers received.</summary>
    public long Facts { get; private set; }

    /// <summary>Attempts that they started.</summary>
    public long Starts { get; private set; }

    /// <summary>Cases that broke a law.</summary>
    public int Failed { get; private set; }

    /// <summary>For each law that was broken the first case that did, as small as it could be made.</summary>
    public IList<string> Failures { get; } = [];

    /// <summary>How often runs and steps ended in each way, and how many runs had each trait.</summary>
    public IReadOnlyDictionary<string, int> Seen => _seen;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cases} cases, {Refused} of them refused by validation, {Starts} attempts, {Facts} facts, {Failed} failures; " +
        $"seen: {string.Join(", ", _seen.Select(seen => $"{seen.Key} {seen.Value}"))}");

    /// <summary>Adds the results of another campaign.</summary>
    public void Add(RulesReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Cases += other.Cases;
        Refused += other.Refused;
        Failed += other.Failed;
        Facts += other.Facts;
        Starts += other.Starts;
        foreach (var failure in other.Failures)
        {
            Failures.Add(failure);
        }

        foreach (var (what, times) in other._seen)
        {
            _seen[what] = _seen.GetValueOrDefault(what) + times;
        }
    }

    internal void AddRefused() => (Cases, Refused) = (Cases + 1, Refused + 1);

    /// <param name="failure">Null when there is one of its kind already.</param>
    internal void AddFailure(string? failure)
    {
        Cases++;
        Failed++;
        if (failure is not null)
        {
            Failures.Add(failure);
        }
    }

    internal void Add(IReadOnlyList<(RulesLaws Laws, int Facts, int Starts)> attempts)
    {
        Cases++;
        foreach (var (laws, facts, starts) in attempts)
        {
            Add(laws, facts, starts);
        }

        if (attempts.Count > 1)
        {
            See("resumed runs");
        }
    }

    private void Add(RulesLaws laws, int facts, int starts)
    {
        Facts += facts;
        Starts += starts;
        See($"run {laws.EndedAs}");
        foreach (var (status, reason) in laws.Endings)
        {
            See(status is StepStatus.Skipped or StepStatus.Cancelled ? $"step {status} ({reason})" : $"step {status}");
        }

        if (laws.HasRetries)
        {
            See("retries or turns");
        }

        if (laws.HasAdoptions)
        {
            See("fallback steps");
        }
    }

    private void See(string what) => _seen[what] = _seen.GetValueOrDefault(what) + 1;
}
