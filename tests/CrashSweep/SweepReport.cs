using System.Globalization;
using Orchestrator.CrashSweep.Writes;

namespace Orchestrator.CrashSweep;

/// <summary>Adds up what the cases of a sweep came to.</summary>
public sealed class SweepReport
{
    private readonly Dictionary<string, int> _cases = new(StringComparer.Ordinal);
    private readonly List<string> _failures = [];

    /// <summary>Cases in which a process died.</summary>
    public int CrashPoints { get; private set; }

    /// <summary>Cases in which a write went wrong and the process lived.</summary>
    public int LivingFaults { get; private set; }

    /// <summary>Cases that left something else than the run without a fault.</summary>
    public int Different { get; private set; }

    /// <summary>Finished attempts that were worked on again.</summary>
    public int Repeated { get; private set; }

    /// <summary>Each failing case: its text, which replays it, what went wrong, and what came of it.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Cases by definition.</summary>
    public IReadOnlyDictionary<string, int> Cases => _cases;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_cases.Count} definitions, {CrashPoints} crash points, {LivingFaults} faults that kill nobody, {Different} differences, {Repeated} repeated finished steps");

    internal void Add(SweepCase item, string? struck, IReadOnlyList<string> differences, IReadOnlyList<string> repeated)
    {
        _cases[item.Definition.Name] = _cases.GetValueOrDefault(item.Definition.Name) + 1;
        var dies = item.Fault is SweepFault.DiesBefore or SweepFault.DiesAfter or SweepFault.DiesTorn;
        CrashPoints += dies ? 1 : 0;
        LivingFaults += dies ? 0 : 1;
        Different += differences.Count == 0 ? 0 : 1;
        Repeated += repeated.Count;
        if (differences.Count + repeated.Count > 0)
        {
            _failures.Add($"{item} ({struck})\n{string.Join('\n', differences)}{(repeated.Count == 0 ? "" : "\nRepeated: " + string.Join(", ", repeated))}");
        }
    }
}
